//! Names of science, as they are said where English is spoken.

use super::{check, one};
use crate::words::Language;

const NAMES: &str = "
Ty|ran|no|sau|rus tY-,ra-no-'sO-r@s   Xiao|sau|rus ,SW-'sO-r@s   Ar|chae|op|te|ryx ,Ar-ki-'Ap-t@-rIks
Pa|chy|ce|pha|lo|sau|rus ,pa-kI-,se-f@-lo-'sO-r@s   Dei|no|ny|chus ,dY-'nA-nI-k@s   I|gua|no|don I-'gwA-n@-dAn
Di|plo|do|cus ,dI-'plA-d@-k@s   Tri|ce|ra|tops ,trY-'se-r@-tAps   Ve|lo|ci|rap|tor v@-'lA-sI-,rap-t3
Bra|chi|o|sau|rus ,bra-ki-o-'sO-r@s   Comp|sog|na|thus ,kAmp-'sAg-n@-T@s   Xe|no|ce|ra|tops ,ze-no-'se-r@-tAps
Psit|ta|co|sau|rus ,sI-t@-ko-'sO-r@s   Qiao|wan|long ,cW-w@n-'lON   Al|lo|sau|rus ,a-lo-'sO-r@s   Ste|go|sau|rus ,ste-go-'sO-r@s
Mai|a|sau|ra ,mY-@-'sO-r@   Mne|mo|sau|rus ,ne-mo-'sO-r@s   Gal|li|mi|mus ,ga-li-'mY-m@s   Ba|ry|o|nyx ,ba-ri-'A-nIks
Spi|no|sau|rus ,spI-no-'sO-r@s   Pro|to|ce|ra|tops ,prA-to-'se-r@-tAps   Tro|o|don 'tro-@-dAn   Coe|lo|phy|sis ,si-lo-'fY-s@s
Pla|te|o|sau|rus ,pla-ti-o-'sO-r@s   An|ky|lo|sau|rus ,aN-kI-lo-'sO-r@s   Di|lo|pho|sau|rus dY-,lA-fo-'sO-r@s
O|vi|rap|tor ,A-vi-'rap-t3   The|ri|zi|no|sau|rus ,Te-rI-,zI-no-'sO-r@s   Car|no|tau|rus ,kAr-no-'tO-r@s
E|o|rap|tor ,i-o-'rap-t3   Ed|mon|to|ni|a ,ed-m@n-'to-ni-@   Mo|no|ny|kus ,mA-'nA-nI-k@s   Sty|ra|co|sau|rus ,stY-r@-ko-'sO-r@s
Hyp|si|lo|pho|don ,hIp-sI-'lA-f@-dAn   Stru|thi|o|mi|mus ,stru-Ti-o-'mY-m@s   Su|cho|mi|mus ,su-ko-'mY-m@s
Ken|tro|sau|rus ,ken-tro-'sO-r@s   Cau|dip|te|ryx ,kO-'dIp-t@-rIks   Chas|mo|sau|rus ,kas-mo-'sO-r@s
Sce|li|do|sau|rus ,se-lI-do-'sO-r@s   A|cro|can|tho|sau|rus ,a-kr@-,kan-To-'sO-r@s   A|mar|ga|sau|rus @-,mAr-g@-'sO-r@s
Zhu|cheng|ty|ran|nus ,ju-c@N-tY-'ra-n@s   Eu|ro|pa|sau|rus ,yu-r@-p@-'sO-r@s   Mei 'mE   Yi 'yi
Di|a|blo|ce|ra|tops ,dY-@-blo-'se-r@-tAps   Ste|go|ce|ras st@-'gA-s@-r@s   Ve|la|frons 've-l@-frAnz   Coe|lu|rus si-'lU-r@s
Lan|zhou|sau|rus ,lan-jo-'sO-r@s   Ma|men|chi|sau|rus m@-,men-ci-'sO-r@s   Ju|ra|ve|na|tor ,jU-r@-v@-'nE-t3
Puer|ta|sau|rus ,pwer-t@-'sO-r@s
";

#[test]
fn names_sound_as_scientists_say_them() {
    check(NAMES, Language::Latin, 45);
}

#[test]
fn lizards_rhyme_and_some_begin_alike() {
    let name = |text| one(text, Language::Latin);
    assert!(name("Allosaurus").rhymes_with(&name("Stegosaurus")));
    assert!(name("Psittacosaurus").alliterates_with(&name("Cetiosaurus")));
    assert!(!name("Pteranodon").alliterates_with(&name("Psittacosaurus")));
    assert!(!name("Velociraptor").rhymes_with(&name("Allosaurus")));
}
