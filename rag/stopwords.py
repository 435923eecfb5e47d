"""Function words and the words of asking, by language, folded: none of them tells which sentence answers."""

from __future__ import annotations

from collections.abc import Mapping

STOPWORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": """
        a about above according after again against all also am an and any are aren't as at be because been
        before being below between both but by can can't cannot could couldn't describe did didn't do does
        doesn't doing don't down during each either else ever explain few for from further give had hadn't has
        hasn't have haven't having he he'd he'll he's her here here's hers herself him himself his how how's i
        i'd i'll i'm i've if in into is isn't it it's its itself just know let's many may me might more most
        much must my myself no nor not of off on once only or other ought our ours ourselves out over own
        please said same say says shall she she'd she's should shouldn't so some such tell than that that's
        the their theirs them themselves then there there's these they they'd they'll they're they've this
        those through to too under until up upon us very was wasn't we we'd we'll we're we've were weren't
        what what's when when's where where's which while who who's whom whose why why's will with won't would
        wouldn't yet you you'd you'll you're you've your yours yourself yourselves
        """,
        "de": """
        ab aber alle allem allen aller alles als also am an andere anderen anderer auch auf aus bei beim bin
        bis bist da damit dann das dass dein dem den denn der des dessen dich die dies diese diesem diesen
        dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch euer fur gab
        gegen gewesen gibt hab habe haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem
        ihren ihrer ihres im in ins ist ja jede jedem jeden jeder jedes jener kann kein keine keinem keinen
        konnen konnte machen man manche mehr mein meine mich mir mit muss nach nicht nichts noch nun nur ob
        oder ohne sehr sein seine seinem seinen seiner seit sich sie sind so soll sollte sondern sonst uber um
        und uns unser unter viel viele vielen vom von vor wahrend wann war waren warum was weil weiter welche
        welchem welchen welcher welches wem wen wenn wer werde werden weshalb wessen wie wieder wieviel will
        wir wird wo woher wohin wurde wurden zu zum zur zwar zwischen
        """,
        "fr": """
        a ai ainsi alors apres au aucun aucune aussi autre autres aux avait avant avec avoir c ce cela celle
        celles celui ces cet cette ceux chaque chez combien comme comment d dans de depuis des donc dont du
        elle elles en encore entre est et etaient etait etant ete etre eu eux fait font furent fut il ils j je
        jusque l la laquelle le lequel les lesquelles lesquels leur leurs lors lui m ma mais me meme memes mes
        moi mon n ne ni nos notre nous on ont ou par parce pas pendant peu peut plus pour pourquoi qu quand
        que quel quelle quelles quels qui quoi s sa sans se selon sera ses si soit son sont sous sur t ta te
        tes toi ton tous tout toute toutes tres tu un une vers vos votre vous y
        """,
        "es": """
        a al algo ante antes como con cual cuales cuando cuanta cuantas cuanto cuantos de del desde donde
        durante e el ella ellas ellos en entre era eran es esa ese eso esta estaba estan estar este esto estos
        fue fueron ha habia han hasta hay la las le les lo los mas me mi muy no nos o otra otro para pero por
        porque que quien quienes se segun ser si sin sobre son su sus tambien te tiene todo todos tu un una
        uno unos y ya yo
        """,
        "it": """
        a ad agli ai al alla alle allo anche c che chi ci come con cosa cui da dagli dai dal dalla dalle degli
        dei del della delle dello di dove e ed era erano essere fu ha hanno i il in io l la le lei li lo loro
        lui ma mi nei nel nella nelle non o per perche piu quale quali quando quanta quante quanti quanto
        quella quello questa questo se sei si sono sta su sua sue sui sul sulla suo tra un una uno
        """,
        "nl": """
        aan al als bij dan dat de der deze die dit door een en er geen had hadden heb hebben heeft het hij hoe
        hoeveel hun ik in is kan maar me meer met mijn na naar niet nog nu of om omdat onder ons ook op over
        te toen tot uit van veel voor waar waarom wanneer waren was wat we welk welke werd wie wij worden
        wordt ze zich zij zijn zo zou
        """,
        "pt": """
        a ao aos as com como da das de do dos e ela ele eles em entre era eram essa esse esta este eu foi
        foram ha isso ja mais mas me muito na nas nao no nos o onde os ou para pela pelo por porque qual quais
        quando quanta quantas quanto quantos que quem se sem ser seu seus sua suas tambem te tem um uma
        """,
    }.items()
}
