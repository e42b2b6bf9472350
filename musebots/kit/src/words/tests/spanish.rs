//! Spanish words, by its rules.

use super::{check, one};
use crate::words::{Language, Phone, read};

const WORDS: &str = "
ca|sa 'ka-sa   pe|rro 'pe-Ro   ca|ro 'ka-ro   ca|rro 'ka-Ro   ro|sa 'Ro-sa   hon|ra 'on-Ra   al|re|de|dor al-Re-De-'Dor
en|re|do en-'Re-Do   a|gua 'a-Gwa   gue|rra 'ge-Ra   gui|ta|rra gi-'ta-Ra   pin|güi|no piN-'gwi-no   ver|güen|za ber-'Gwen-sa
que|so 'ke-so   quien kyen   cie|lo 'sye-lo   za|pa|to sa-'pa-to   ha|cer a-'ser   mu|cho 'mu-co   lla|ve 'ya-Be
ca|lle 'ka-ye   yo 'yo   ley 'lei   rey 'Rei   ni|ño 'ni-ño   a|ño 'a-ño   ja|món xa-'mon   gen|te 'xen-te   gi|rar xi-'rar
ga|to 'ga-to   si|glo 'si-Glo   a|mi|go a-'mi-Go   bo|ca 'bo-ka   va|ca 'ba-ka   lo|bo 'lo-Bo   hom|bre 'om-bre
cam|bio 'kam-byo   na|da 'na-Da   de|do 'de-Do   cal|do 'kal-do   ver|dad ber-'DaD   ciu|dad syu-'DaD   can|ción kan-'syon
co|ra|zón ko-ra-'son   tam|bién tam-'byen   ár|bol 'ar-Bol   pá|ja|ro 'pa-xa-ro   mé|di|co 'me-Di-ko
rá|pi|da|men|te ,Ra-pi-Da-'men-te   fá|cil 'fa-sil   di|fí|cil di-'fi-sil   pa|ís pa-'is   ma|íz ma-'is   rí|o 'Ri-o
tí|a 'ti-a   ba|úl ba-'ul   bú|ho 'bu-o   a|ho|ra a-'o-ra   prohi|bi|do proi-'Bi-Do   le|er le-'er   ca|er ka-'er
po|e|ta po-'e-ta   a|é|re|o a-'e-re-o   viu|da 'byu-Da   cui|da|do kwi-'Da-Do   muy 'mwi   buey 'bwei   Pa|ra|guay pa-ra-'Gwai
cau|sa 'kau-sa   deu|da 'deu-Da   ai|re 'ai-re   rei|na 'Rei-na   hoy 'oi   hue|vo 'we-Bo   hie|lo 'ye-lo   e|xa|men ek-'sa-men
Mé|xi|co 'me-xi-ko   ex|tra|ño es-'tra-ño   ta|xi 'tak-si   psi|co|lo|gí|a si-ko-lo-'xi-a   ins|truc|ción ins-truk-'syon
obs|tá|cu|lo oBs-'ta-ku-lo   a|tlas 'a-tlas   tra|ba|jo tra-'Ba-xo   blan|co 'blaN-ko   cris|tal kris-'tal   gran|de 'gran-de
ma|dre 'ma-Dre   re|frán Re-'fran   pro|ver|bio pro-'Ber-Byo   tiem|po 'tyem-po   bue|no 'bwe-no   fue|go 'fwe-Go
vien|to 'byen-to   nie|ve 'nye-Be   tran|qui|lo traN-'ki-lo   a|ve|ri|güéis a-Be-ri-'Gweis
";

#[test]
fn spanish_letters_say_how_they_sound() {
    check(WORDS, Language::Spanish, 90);
}

#[test]
fn little_words_are_light() {
    for word in ["el", "de", "que", "con", "para", "su"] {
        assert!(
            one(word, Language::Spanish).syllables.iter().all(|syllable| syllable.stress == crate::words::Stress::Weak)
        );
    }
}

#[test]
fn a_b_is_soft_after_a_word_but_not_after_a_comma_or_an_n() {
    let first = |line: &str| read(line, Language::Spanish)[1].syllables[0].onset[0];
    assert_eq!(first("la boca"), Phone::Beta);
    assert_eq!(first("ya, boca"), Phone::B);
    assert_eq!(first("un beso"), Phone::B);
    assert_eq!(first("el día"), Phone::D);
    assert_eq!(first("la guerra"), Phone::Gamma);
}

#[test]
fn proverbs_rhyme() {
    let word = |text| one(text, Language::Spanish);
    assert!(word("panza").rhymes_with(&word("danza")));
    assert!(word("corazón").rhymes_with(&word("razón")));
    assert!(!word("mano").rhymes_with(&word("volando")));
    assert!(word("boca").alliterates_with(&word("vaca")));
}
