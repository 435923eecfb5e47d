"""Words that say the same, and words that say the opposite: data tables, and how they are looked up.

Small on purpose: what happens in news again and again. Matching is by stem (`rag.words.stem`), so one form stands for
all; irregular forms are listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from rag.words import stem

# One line is one meaning; a word may stand in several.
_SAME = """
die dead death dies deceased killed kill fatal fatality
born birth bear
wed married marry marriage wedding wife husband spouse couple
begin began begun start started launch launched commence open opened debut inaugurated
end ended finish finished close closed conclude shut ceased stop stopped
found founded establish established set create created foundation form formed
build built construct constructed erected construction
make made produce produced create created production
release released issue issued publish published unveiled out
name named call called title titled entitled known dub dubbed
win won winner victory victorious beat defeat defeated triumph champion
lose lost loss beaten losing
take took taken seize seized capture captured
get got gotten receive received obtain obtained awarded earn earned given
give gave given hand handed award awarded grant granted donated
buy bought acquire acquired purchase purchased acquisition takeover
sell sold sale
say said tell told state stated announce announced report reported declare declared statement announcement
think thought believe believed belief
show showed shown reveal revealed demonstrate display displayed
find found discover discovered discovery
go went gone travel travelled move moved
come came arrive arrived arrival
leave left depart departed quit resign resigned resignation exit step stepped
grow grew grown rise rose risen increase increased climb climbed jump jumped
fall fell fallen drop dropped decline declined decrease decreased sink sank
write wrote written author penned writer
speak spoke spoken talk talked speech
hold held host hosted staged
lead led leader head headed chief
meet met meeting
run ran running operate operated
see saw seen watch watched
know knew known
sign signed join joined
choose chose chosen select selected elect elected pick picked
appoint appointed name named become became hired
child children kid kids son daughter
man men male
woman women female
person people individuals
film movie picture documentary
song single track
album record
show series programme program
game match
team squad club side
school college university
company firm business corporation
job work worked post position role employed
doctor physician
police officer officers policeman constable
soldier soldiers troops army military
ship boat vessel
car vehicle automobile
road street
city town municipality
country nation state
government administration
house home residence
money fund funds cash
big large great huge major biggest largest
small little tiny
old ancient aged
new recent newly latest
fast quick rapid
area region district
attack attacked assault
injured hurt wounded injury
arrested arrest detained custody
jail prison imprisoned jailed
fire blaze burned burnt
crash accident collision collided
help assist aid helped
try tried attempt attempted effort
fight fought battle combat
lawyer attorney
law legislation act
vote voted election elected poll
study research researchers survey
scientist scientists researchers
cause caused due result resulted led
use used employ utilised
need require required
include included including contain contains feature featured features
cost price priced
pay paid payment
about approximately roughly around nearly almost
annual yearly year
daily day
monthly month
weekly week
american us usa america united
british uk britain
first 1st
second 2nd
sink sank sunk
break broke broken
drive drove driven
eat ate eaten
fly flew flown
flee fled
freeze froze frozen
hide hid hidden
ride rode ridden
sing sang sung
swim swam swum
shake shook shaken
steal stole stolen theft
swear swore sworn
tear tore torn
throw threw thrown
wear wore worn
catch caught
teach taught
bring brought
keep kept
send sent
spend spent
stand stood
strike struck stricken
withdraw withdrew withdrawn withdrawal
draw drew drawn
feed fed
hang hung
lay laid
feel felt
deal dealt
mean meant
forbid forbade forbidden
shoot shot
bind bound
sleep slept
sweep swept
rebuild rebuilt
overturn overturned overthrow overthrew overthrown
uphold upheld
lend lent
drink drank drunk
"""

# Two sides of one question; words of one side answer it the same way.
_OPPOSITES = """
rise rose risen increase increased grow grew grown climb climbed up / fall fell fallen decrease decreased down
gain gained jump jumped up rise rose increased / decline declined drop dropped shrink shrank sink sank fell down
win won winner / lose lost loser
more / fewer less
doubled double tripled triple / halved halve
loss lost / creation created
ignored ignore disregarded / heeded heed obeyed followed
injured injury wounded / killed kill dead died
most / fewest least
before / after
above over / below under
open opened reopened / close closed shut
begin began begun start started / end ended finish finished stop stopped
accept accepted approve approved agree agreed adopt adopted pass passed / reject rejected refuse refused declined
support supported back backed favour favor approved / oppose opposed reject rejected
allow allowed permit permitted legal / ban banned forbid forbade forbidden prohibit prohibited illegal
buy bought purchase purchased acquire acquired / sell sold
arrive arrived enter entered join joined / leave left depart departed quit
acquit acquitted innocent / convict convicted guilty
confirm confirmed / deny denied
first / last
early earlier earliest / late later latest
high higher highest / low lower lowest
large larger largest big bigger biggest / small smaller smallest
old older oldest / young younger youngest
best better / worst worse
north northern / south southern
east eastern / west western
hot hotter warm warmer / cold colder cool cooler
alive survived survive / dead died die
success succeed succeeded successful / failure failed unsuccessful
possible / impossible
likely / unlikely
able / unable
strengthen strengthened / weaken weakened
expand expanded / cut
public / private
profit profits / loss losses
lent lend / borrow borrowed
employ employed hire hired / dismiss dismissed fire fired sack sacked
free freed release released / jail jailed imprison imprisoned detain detained arrest arrested
always / never
all / none
add added / remove removed
majority / minority
maximum / minimum
male men man / female women woman
import imported / export exported
ahead / behind
inside / outside
upheld uphold / overturn overturned
resumed resume / suspended suspend
"""


@cache
def _meanings() -> Mapping[str, frozenset[int]]:
    """Stem → the lines of `_SAME` it stands in."""
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_SAME.strip().splitlines()):
        for word in line.split():
            found.setdefault(stem(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


@cache
def _sides() -> Mapping[str, tuple[tuple[int, int], ...]]:
    """Stem → its places in `_OPPOSITES`: line, and side 0 or 1."""
    found: dict[str, dict[tuple[int, int], None]] = {}
    for number, line in enumerate(_OPPOSITES.strip().splitlines()):
        for side, words in enumerate(line.split(" / ")):
            for word in words.split():
                found.setdefault(stem(word), {})[number, side] = None
    return {word: tuple(sides) for word, sides in found.items()}


def meanings(word: str) -> frozenset[int]:
    """What a stem can mean, as numbers; words that share one can say the same."""
    return _meanings().get(word, frozenset())


def sides(word: str) -> tuple[tuple[int, int], ...]:
    """Which questions a stem answers, and how: (question, 0 or 1)."""
    return _sides().get(word, ())
