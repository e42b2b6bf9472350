//! config.txt is written as the strictest bots need it, and read from whatever the world's
//! conductors have left behind (B1, D29, D31).

use musebot_protocol::ConfigTxt;

const CONFIG: &str = "id bass@host\nmc_hostname studio\nmc_listen_port 4747\nmy_listen_port 7481\noutput_channels 2\n";

fn config() -> ConfigTxt {
    ConfigTxt {
        id: "bass@host".to_owned(),
        mc_hostname: "studio".to_owned(),
        mc_listen_port: 4747,
        my_listen_port: 7481,
        output_channels: 2,
    }
}

#[test]
fn b1_d29_config_txt_is_five_lines_that_are_read_again() {
    assert_eq!(config().to_string(), CONFIG);
    assert_eq!(ConfigTxt::parse(CONFIG), Some(config()));
}

#[test]
fn b1_config_txt_is_read_with_crlf_blanks_comments_and_unknown_lines() {
    let odd = format!("\u{feff}# mine\r\n\r\ncolour blue\r\n{}", CONFIG.replace('\n', "\r\n"));
    assert_eq!(ConfigTxt::parse(&odd), Some(config()));
    assert_eq!(ConfigTxt::parse(&format!("\u{feff}{CONFIG}")), Some(config()), "a byte order mark");
    assert_eq!(ConfigTxt::parse(CONFIG.trim_end()), Some(config()), "a missing newline");
    assert_eq!(ConfigTxt::parse(&CONFIG.replace(' ', "\t  ")), Some(config()));
}

#[test]
fn d31_config_txt_is_read_with_the_tails_of_older_longer_files() {
    for tail in ["els 2", " 2", "hannels 2\n", "output_channels 8", "id somebody_else"] {
        assert_eq!(ConfigTxt::parse(&format!("{CONFIG}{tail}")), Some(config()), "{tail:?}");
    }
}

#[test]
fn b1_missing_lines_keep_the_usual_values() {
    let read = ConfigTxt::parse("id solo").unwrap();
    assert_eq!((read.id.as_str(), read.mc_hostname.as_str()), ("solo", "localhost"));
    assert_eq!((read.mc_listen_port, read.my_listen_port, read.output_channels), (4747, 0, 2));
    assert_eq!(ConfigTxt::parse("mc_hostname localhost\n"), None);
    assert_eq!(ConfigTxt::parse(""), None);
}
