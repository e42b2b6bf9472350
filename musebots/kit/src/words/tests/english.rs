//! English words: letters that sound, endings, stress and syllables.

use super::{check, letters, one, sounds};
use crate::words::{Language, MOST_PHONES};

const WORDS: &str = "
mo|ther 'mV-D3   fa|ther 'fA-D3   daugh|ter 'dO-t3   sis|ter 'sIs-t3   hus|band 'hVz-b@nd   wo|man 'wU-m@n   chil|dren 'cIl-dr@n
king 'kIN   queen 'kwin   prince 'prIns   prin|cess 'prIn-s@s   knight 'nYt   sword 'sOrd   lord 'lOrd   la|dy 'lE-di
great 'grEt   break 'brEk   head 'hed   heart 'hArt   hear 'hIr   heard 'h3d   blood 'blVd   good 'gUd   moon 'mun   door 'dOr
through ,Tru   though ,Do   thought 'TOt   e|nough I-'nVf   laugh 'laf   night 'nYt   eight 'Et   neigh|bour 'nE-b3
word 'w3d   world 'w3ld   war 'wOr   warm 'wOrm   watch 'wAc   wan|der 'wAn-d3   won|der 'wVn-d3   want 'wAnt
make 'mEk   ma|king 'mE-kIN   made 'mEd   hope 'hop   ho|ping 'ho-pIN   hop|ping 'hA-pIN   run|ning 'rV-nIN   love 'lVv
lo|ving 'lV-vIN   loved 'lVvd   asked 'askt   wan|ted 'wAn-tId   en|ded 'en-dId   kis|ses 'kI-sIz   cats 'kats   dogs 'dOgz
cries 'krYz   ci|ties 'sI-tiz   wi|shes 'wI-SIz   ju|dges 'jV-jIz   hea|vi|er 'he-vi-3   prou|dest 'prW-d@st
bold|ly 'bold-li   hap|pi|ly 'ha-pi-li   no|bly 'no-bli   kind|ness 'kYnd-n@s   fear|less 'fIr-l@s   fear|ful 'fIr-f@l
na|tion 'nE-S@n   ques|tion 'kwes-c@n   vi|sion 'vI-Z@n   mu|si|cian myu-'zI-S@n   at|ten|tion @-'ten-S@n
na|ture 'nE-c3   plea|sure 'ple-Z3   spe|cial 'spe-S@l   gra|cious 'grE-S@s   pa|tient 'pE-S@nt   fi|nal 'fY-n@l
mu|sic 'myu-zIk   ma|gic 'ma-jIk   e|lec|tric I-'lek-trIk   lo|gi|cal 'lA-jI-k@l   i|den|ti|ty Y-'den-tI-ti
un|hap|py ,Vn-'ha-pi   un|known ,Vn-'non   un|der|stand ,Vn-d3-'stand   o|ver|throw ,o-v3-'Tro   for|give f3-'gIv
be|lieve bI-'liv   re|turn rI-'t3n   de|sire dI-'zYr   a|bove @-'bVv   a|way @-'wE   re|mem|ber rI-'mem-b3   de|li|ver dI-'lI-v3
com|plain k@m-'plEn   en|ter|tain ,en-t3-'tEn   di|sco|ver dI-'skV-v3   sur|prise s3-'prYz   per|form p3-'fOrm
lit|tle 'lI-t@l   ta|ble 'tE-b@l   un|cle 'VN-k@l   trou|ble 'trV-b@l   cas|tle 'ka-s@l   lis|ten 'lI-s@n   tem|ple 'tem-p@l
wreck 'rek   knee 'ni   gnome 'nom   comb 'kom   doubt 'dWt   debt 'det   psalm 'sAm   scene 'sin   sci|ence 'sY-@ns
church 'c3c   school 'skul   cho|rus 'kO-r@s   ma|chine m@-'Sin   phi|lo|so|phy fI-'lA-s@-fi   sphere 'sfIr   rhyme 'rYm
dan|ger 'dEn-j3   an|ger 'aN-g3   fin|ger 'fIN-g3   sing|er 'sIN-3   strange 'strEnj   lan|guage 'laN-gwIj   tongue 'tVN
six 'sIks   e|xact Ig-'zakt   box 'bAks   quick 'kwIk   an|tique @n-'tik   league 'lig   guest 'gest   ghost 'gost
beau|ty 'byu-ti   view 'vyu   few 'fyu   blue 'blu   rude 'rud   use 'yuz   true 'tru   fruit 'frut   juice 'jus
boy 'bQ   voice 'vQs   house 'hWs   cow 'kW   snow 'sno   grown 'gron   crown 'krWn   shout 'SWt   young 'yVN
hour 'Wr   fire 'fYr   ty|rant 'tY-r@nt   qui|et 'kwY-@t   li|on 'lY-@n   gi|ant 'jY-@nt   pi|ty 'pI-ti
";

#[test]
fn english_words_sound_as_they_do() {
    check(WORDS, Language::English, 150);
}

#[test]
fn a_word_of_consonants_has_a_vowel() {
    assert_eq!(sounds(&one("hmm", Language::English), Language::English), "'h@m");
    assert_eq!(one("grrr", Language::English).syllables.len(), 1);
}

#[test]
fn what_a_syllable_cannot_hold_is_left_out() {
    let word = one("psstrkthlmnrgbdfkstrpl", Language::English);
    assert!(word.syllables.iter().all(|syllable| syllable.phones().count() <= MOST_PHONES));
    assert_eq!(letters(&word).replace('|', ""), word.text);
}
