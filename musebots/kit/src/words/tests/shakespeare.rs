//! The words that a voice of Shakespeare's says most, as we know them: how many of them are right.

use super::{one, sounds};
use crate::words::{Language, Stress};

/// Sounds without hyphens and half stresses; a full stress stands in words of more than one syllable.
const WORDS: &str = "
the D@  and @nd  to tu  i Y  of @v  you yu  my mY  a @  that Dat  in In  is Iz  not nAt  for fOr  with wID  me mi  it It  be bi
your yUr  his hIz  this DIs  but bVt  he hi  have hav  as az  thou DW  him hIm  so so  what wVt  thy DY  will wIl  by bY  no no
all Ol  king kIN  we wi  shall Sal  her h3  if If  our Wr  are Ar  do du  thee Di  lord lOrd  now nW  on An  good gUd  o o  from frVm
come kVm  sir s3  which wIc  more mOr  then Den  at at  would wUd  was wVz  they DE  well wel  how hW  here hIr  she Si  than Dan
their Der  them Dem  duke duk  am am  hath haT  let let  say sE  when wen  one wVn  go go  were w3  love lVv  may mE  us Vs
make mEk  upon @p'An  like lYk  yet yet  must mVst  should SUd  there Der  first f3st  why wY  had had  queen kwin  know no  man man
did dId  where wer  some sVm  see si  too tu  death deT  give gIv  speak spik  who hu  these Diz  take tEk  out Wt  mine mYn  up Vp
such sVc  can kan  tell tel  time tYm  father f'AD3  gloucester gl'Ast3  son sVn  most most  nor nOr  god gAd  lady l'Edi  life lYf
much mVc  made mEd  hear hIr  day dE  heart hArt  art Art  think TINk  never n'ev3  brother br'VD3  doth dVT  true tru  before bIf'Or
cannot k'anAt  both boT  thus DVs  blood blVd  any 'eni  being b'iIN  away @w'E  ay Y  name nEm  men men  fair fer  hand hand
look lUk  noble n'ob@l  again @g'en  pray prE  night nYt  very v'eri  own on  sweet swit  done dVn  great grEt  myself mYs'elf
leave liv  therefore D'erfOr  though Do  against @g'enst  honour 'An3  poor pUr  down dWn  hast hast  way wE  prince prIns  fear fIr
old old  nay nE  heaven h'ev@n  call kOl  world w3ld  eyes Yz  nurse n3s  live lIv  stay stE  bear ber  many m'eni  house hWs
comes kVmz  wife wYf  grace grEs  dead ded  die dY  stand stand  even 'iv@n  ever 'ev3  nothing n'VTIN  other 'VD3  whose huz
head hed  friends frendz  friar fr'Y3  peace pis  those Doz  unto 'Vntu  better b'et3  gone gOn  off Of  word w3d  still stIl
mother m'VD3  hence hens  two tu  since sIns  news nuz  master m'ast3  little l'It@l  gentleman j'ent@lm@n  daughter d'Ot3
soul sol  long lON  thing TIN  once wVns  himself hIms'elf  face fEs  else els  tongue tVN  words w3dz  crown krWn  power p'W3
gentle j'ent@l  young yVN  part pArt  citizen s'ItIz@n  keep kip  farewell ferw'el  right rYt  forth fOrT  place plEs  hope hop
every 'evri  said sed  pardon p'Ard@n  home hom  back bak  hold hold  earth 3T  welcome w'elk@m  cause kOz  tears tIrz  dost dVst
people p'ip@l  please pliz  show So  heard h3d  cousin k'Vz@n  help help  thought TOt  mind mYnd  tomorrow t@m'Aro  marry m'eri
servant s'3v@nt  state stEt  shame SEm  thousand T'Wz@nd  answer 'ans3  prove pruv  royal r'Qy@l  grief grif  sorrow s'Aro
comfort k'Vmf3t  sun sVn  beseech bIs'ic  war wOr  hour Wr  enough In'Vf  fortune f'Orc@n  business b'Izn@s  arms Armz  truth truT
sweetly sw'itli  villain v'Il@n  o'er Or  'tis tIz  ne'er ner  i'll Yl  that's Dats  prithee pr'IDi  know't not  banished b'anISt
traitor tr'Et3  vengeance v'enj@ns  majesty m'aj@sti  murderer m'3d3r3  melancholy m'el@nkAli  gracious gr'ES@s  hither h'ID3
";

/// A word's sounds as the table writes them, and ours.
fn rows() -> Vec<(&'static str, &'static str, String)> {
    let pairs: Vec<&str> = WORDS.split_whitespace().collect();
    let said = |written: &str| {
        let mut word = one(written, Language::English);
        if let [only] = word.syllables.as_mut_slice() {
            only.stress = Stress::Weak;
        }
        // The mark stands before the vowel in the table.
        let marked = sounds(&word, Language::English).replace(['-', ','], "");
        let Some((before, after)) = marked.split_once('\'') else { return marked };
        let vowel = after.find(|sound| "iIeaAV@OUu3EYoWQ".contains(sound)).unwrap_or(0);
        format!("{before}{}'{}", &after[..vowel], &after[vowel..])
    };
    pairs.chunks(2).map(|pair| (pair[0], pair[1], said(pair[0]))).collect()
}

#[test]
fn shakespeares_words_sound_right() {
    let rows = rows();
    assert!(rows.len() >= 200, "{} words", rows.len());
    let wrong: Vec<String> = rows
        .iter()
        .filter(|(_, known, said)| known != said)
        .map(|(word, known, said)| format!("{word} {known}: {said}"))
        .collect();
    assert!(wrong.len() * 50 <= rows.len(), "{} of {} words are wrong: {}", wrong.len(), rows.len(), wrong.join(", "));
}
