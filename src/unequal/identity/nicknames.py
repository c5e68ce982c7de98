"""Given names that one person goes by: short forms, forms of other languages, and ways to write them in Latin letters.

Written by hand from common usage. A group is a name with the names that stand for it; a name may be in several groups,
as Pat is in Patrick's and in Patricia's. Where a couple could be called so, the forms of
the two sexes are never in one group: Paul and Paula are two persons.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from unequal.identity.letters import folded_given

_ENGLISH: Final = """
aaron: ron ronnie aron; abigail: abby abbie gail abi abigale; abraham: abe bram abram avraham ibrahim; adam: ad addy;
adelaide: addie ada della heidi; adrian: ade; agnes: aggie nessie; alan: al allan allen alun; albert: al bert bertie albie;
alexander: alex al sandy alec alick xander lex sasha alejandro alessandro aleksandr alexandr aleksander alexandre alexandros iskander oleksandr alek;
alexandra: alex sandra sandy lexi lexie alexa ali sasha aleksandra alejandra alessandra oleksandra; alfred: al alf alfie fred freddie;
alice: ali ally alicia allie; alison: ali ally allison allie alyson alisson; amanda: mandy manda mandi; amelia: amy millie emilia milly;
amy: aimee ami; andrea: andi andie drea; andrew: andy drew andrei andrey andreas andres andrzej andre andries andriy;
angela: angie ang angelina angelica; ann: anne annie anna nan nancy nanny hannah ana anya anka anneke annette anita;
anthony: tony ant anton antonio antoine antony antoni anthonie; antonia: toni tonia; arthur: art artie arturo artur;
augustus: gus august augustine augie; barbara: barb babs bobbie barbie basia barbra; barnabas: barney barnaby;
bartholomew: bart bartolome; beatrice: bea trixie bee beatrix; benedict: ben bennie benedikt benoit benito;
benjamin: ben benny benji benjie benjy; bernard: bernie barney bernhard bernardo barnard; bertha: bertie; bethany: beth;
beverly: bev beverley; bradley: brad; brandon: brandy; brenda: bren; brian: bryan bryant bri;
bridget: biddy bridie bridgette brigitte birgit; caleb: cal; calvin: cal; cameron: cam; carl: karl carlos karel carlo charles;
caroline: carrie caro lynn carol carolyn carolina karoline carly; cassandra: cassie sandra cass;
catherine: cathy kate katie kathy kat kit kitty cat katherine kathryn katharine catharine cathryn kathleen kay katharina katarina ekaterina yekaterina caterina catarina catalina katya katarzyna kasia kaitlin katrina trina cate;
cecilia: celia cissy cecily sissy cecile; charles: charlie chuck chas chip charley chaz carlos carlo karel;
charlotte: lottie charlie lotte carlotta char; chester: chet;
christina: chris chrissie tina christine kristina kristin christy kirsten krystyna cristina kirsty christiane kris;
christian: chris kristian cristian;
christopher: chris kit topher kris cristobal cristoforo christoph christophe krzysztof kristoffer christof; clara: clare claire klara;
clarence: clare; clifford: cliff; clinton: clint; constance: connie; cornelius: neil con corneel cornelis kees; courtney: court;
cynthia: cindy cyndi; daniel: dan danny daniil danil danielo daniele; danielle: dani danni daniela daniella;
david: dave davy davey dawid davide davis dovid dudu; deborah: deb debbie debra debi debbi; dennis: denny den denis;
derek: derrick del derick; diana: di diane dianne diann; dolores: lola dolly; dominic: dom nick dominik dominick domenico domingo;
donald: don donnie donny; dorothy: dot dottie dolly dora dee dorothea; douglas: doug dougie; duncan: dunc; dwight: ike; edgar: ed;
edith: edie edy; edmund: ed eddie ned ted edmond; edward: ed eddie ted ned teddy eduardo edouard edoardo eduard edvard;
edwin: ed eddie win edwyn; elaine: laney lainie; eleanor: ellie nell nora ella nellie lenore elinor eleonora eleonore elena;
elijah: eli ilya elias;
elizabeth: liz lizzie beth betty betsy eliza elsie libby lisa elisabeth bess bessie liza lisbeth elspeth lilibet elisa isabel isabella elzbieta elisabetta yelizaveta elizaveta lizbeth elise ellie babette lizzy liesel;
ellen: nell ellie nellie helen; emily: em emmy emilie millie milly emilia; emma: em emmy; emmanuel: manny manuel emanuel;
eric: rick erik erick eirik; ernest: ernie ernesto ernst; esther: essie hester ester;
eugene: gene eugen evgeny yevgeny evgeni evgenii yevgeni eugenio; evelyn: evie eve ev eveline; ezekiel: zeke; felicity: fliss flick;
florence: flo florrie flossie; frances: fran frankie fanny francie francesca francisca francoise franziska franka;
francis: frank fran frankie francisco francesco francois franz franciszek frans paco pancho; franklin: frank;
frederick: fred freddie freddy fritz frederic friedrich federico fryderyk fredrik frederik rick; gabriel: gabe gabriele;
gabrielle: gabby gabi gabriela gabriella; gary: gaz garry; gavin: gav; geoffrey: geoff jeff jeffrey jeffery geoffroy jeffry;
george: georgie jorge giorgio georg georges jerzy yuri yury jurgen jorgen georgi georgy juri; georgina: georgie gina georgia;
gerald: gerry jerry geraldo gerhard; geraldine: gerry; gerard: gerry ged gerardo gerhard gerrit; gertrude: gert gertie trudy;
gilbert: gil bert; gloria: glo; grace: gracie; graham: graeme grahame;
gregory: greg gregg gregor gregorio grigory grzegorz gregoire grigori; gwendolyn: gwen wendy; hannah: hanna anna hana;
harold: harry hal harald; harriet: hattie harriett; harrison: harry; harvey: harve; heather: hettie;
helen: nell nellie lena helena elena ellen helene yelena eleni; henrietta: hattie etta hettie henriette;
henry: harry hank hal henri heinrich enrique enrico hendrik henrik henryk hendrick heiko; herbert: herb bert bertie heribert;
herman: hermann; howard: howie ward; hubert: hugh bert hubertus; hugh: hughie hugo huw; ian: iain; ignatius: iggy ignacio ignaz nacho;
irene: rene reenie irena irina; isaac: ike zac izzy itzhak yitzhak isac;
isabel: bella izzy belle isabella isobel isabelle isabell ysabel; isaiah: ike; isidore: izzy isidor; ivan: vanya iwan ioann;
jack: jackie john jacques; jacob: jake jakob jakub jacobo jacopo yakov yaakov giacomo jaap coby;
jacqueline: jackie jacqui jacquelyn jaclyn jacquie;
james: jim jimmy jamie jem jas jay jaime santiago diego giacomo seamus hamish jacobus; jane: janie jenny jayne jean jana;
janet: jan jenny janette; janice: jan janis; jason: jay jase; jasmine: jas jaz jasmin yasmin yasmine;
jean: jeanie jeannie jeanne jeanette jeannot; jennifer: jen jenny jenna jenn jennie jenifer; jeremiah: jerry jeremy jem;
jeremy: jez jerry jem; jerome: jerry geronimo; jessica: jess jessie jessy; jesse: jess jessie; joan: joanie joni jo;
joanna: jo joanne jojo joann johanna giovanna ivana asia; jocelyn: joss joyce; jodie: jody jodi jo;
john: jack johnny jon jock ian sean shaun shawn juan giovanni johann jan ivan ioannis hans johannes joao yann evan janos gianni johan ioan yohanan ewan eoin jovan jens johnnie;
jonathan: jon jonny nathan jonathon johnathan jonatan jonty nate jo; jordan: jordy;
joseph: joe joey jo jos jose giuseppe josef jozef josip yusuf yosef youssef yousef beppe pepe osip;
josephine: jo josie jojo fifi josefina giuseppina josefine; joshua: josh yehoshua josue; judith: judy jude judi;
julia: julie jules juliana giulia iulia julianne yulia; julian: jules giuliano; julius: jules julio giulio julien yuliy;
karen: kari kaz karin caryn; keith: keef; kelly: kel kelley; kenneth: ken kenny kennith; kevin: kev; kimberly: kim kimberley kimmy kym;
kristen: kris kristin kirsten krista; kurt: curt konrad; kyle: ky; lance: lancelot; laura: laurie lori lauren lora laurel lara;
lawrence: larry laurence lars laurie lorenzo laurent lorenz loren; leah: lea lia; leo: leon leonid leonardo leopold lev;
leonard: len lenny leo leonardo leonhard lennie; leroy: roy lee; leslie: les lesley; lester: les; lewis: lew lou louis;
lillian: lily lil lilly lilian lillie liliana; linda: lindy lyn lynda lynne lindsay; lindsay: lindsey lindy lin linsey;
lisa: liza lise elisa; lloyd: loyd floyd; logan: logie; lois: lou;
louis: lou louie luis luigi ludwig lewis ludovic ludovico lodewijk lajos; louise: lou lulu louisa luisa luise;
lucas: luke luc luca lukas lukasz luka; lucille: lucy lou lucile; lucy: lu lucia luciana lucie luzia lucinda lucja;
luke: lucas luc lukas; lydia: lyddie lidia; lynn: lynne lyn; mabel: mae;
madeline: maddie maddy madeleine lena madelyn magdalena madelaine; malcolm: mal malc; marcus: mark marc marco marcos markus marek;
margaret: maggie meg peggy marge margie greta rita madge daisy margo maisie mamie margarita marguerite margarete margherita malgorzata gretchen margot peg meggie magda marjorie gretel margret margareta grete;
maria: mary marie mia mariya marya; marilyn: lyn marylin; marjorie: marge margie marj marjory;
mark: marc marcus marco marko marek markus marcos; marlene: marla lena; martha: marty mattie marta;
martin: marty mart martyn martino marcin marten martijn maarten; marvin: marv;
mary: molly polly mae mamie maria marie may miriam maryam mariam moira maura marija mimi minnie masha mitzi manon maureen;
matilda: tilly matty tilda maud mathilde mattie;
matthew: matt matty mathew matteo mateo mathieu matthias mateusz matthieu matthijs matthaus mat matvey; maureen: mo;
maurice: mo morris moritz mauricio maurizio; maximilian: max maks maksymilian massimiliano; maxwell: max; megan: meg meghan meggie;
melanie: mel; melinda: mel mindy; melissa: mel missy lissa; mercedes: mercy; meredith: merry;
michael: mike mick mickey mikey mich mitch miguel michel mikhail michal mikael mikhael mihail misha micha mickael mischa miguelito mikolaj michiel;
michelle: shelly shell mish chelle michele; mildred: millie milly; milton: milt; minerva: minnie; miranda: mandy randy; mitchell: mitch;
monica: mona monika monique; morris: mo moe; moses: mo moshe moe musa moises; nancy: nan ann;
natalie: nat nattie natalia natasha nathalie natalya talia; nathan: nate nat; nathaniel: nate nat nathan nathanael;
neil: neal niall nigel;
nicholas: nick nicky nico nicolas nikolai nikolay klaus nicola niklas nikolaus nicolo mikolaj nikita niccolo nikos nickolas claus nikolas;
nicole: nicky nikki nicola nic nikky nicolette; norman: norm; oliver: ollie olly oli olivier oliviero noll;
olivia: liv livvy ollie libby; oscar: oskar ossie; oswald: ozzie oz waldo; pamela: pam pammy;
patricia: pat patty trish tricia patsy trisha patti patrizia; patrick: pat paddy rick patty patricio patrizio padraig;
paul: pablo paolo pavel pawel paulo pol paulie pauly pal; paula: paola polly pauline; pauline: paula polly paulina;
penelope: penny pen nell; percival: percy; peter: pete pedro pietro pierre pyotr piotr petr petros pieter petrus peder petter petar per;
philip: phil pip phillip felipe filippo philippe filip philipp flip; philippa: pippa pip phil; phyllis: phyl; priscilla: cilla prissy;
prudence: prue pru; rachel: rach rae rachael raquel rachelle shelley rahel; ralph: raf rolf raoul raul; randolph: randy dolph;
randall: randy; raphael: rafael rafe rafi raf raffaele rafal raphaele; raymond: ray raimund ramon raimundo;
rebecca: becky becca beck bex reba rebekah becki; reginald: reg reggie rex; rhonda: ron ronnie;
richard: rick dick rich ricky richie ricardo dickie riccardo rikard rickie ritchie ryszard rikki;
robert: bob rob bobby robbie bert robin roberto rupert robby rab bobbie ruprecht; roberta: bobbie robbie berta; robin: rob robyn;
roderick: rod roddy rodrigo; rodney: rod; roger: rog rodger rogerio ruggero; roland: rollo rolly rolando orlando;
ronald: ron ronnie ronny ronaldo; rosalind: roz rosie ros; rose: rosie rosa rosalie roza; rosemary: rosie rose romy rosemarie;
roxanne: roxy roxie; rudolph: rudy rudolf rodolfo dolph; russell: russ rusty; ruth: ruthie; ryan: ry; sabrina: brina;
salvatore: sal salvador toto turi salvo; samantha: sam sammy sammie; samuel: sam sammy samuil shmuel samuele;
sandra: sandy sandie sondra; sarah: sally sadie sara sal zara; scott: scotty scottie; sebastian: seb bas sebastien bastian sebastiano;
serena: rena; seymour: sy; shannon: shan; sharon: shaz sherry shari; shirley: shirl; sidney: sid sydney; silvia: sylvia sylvie;
simon: si simeon simone shimon szymon semyon; sophia: sophie sofia zofia sofie sonia zosia sofya sonja sonya; stacey: stacy staci;
stanley: stan stanislav stanislaw; stella: estella estelle; stephanie: steph steffi stefanie stevie stefania stephany;
stephen: steve steven stevie steph stefan esteban etienne stefano stephan stefanos szczepan stepan istvan steffen ste;
stewart: stuart stu stew; susan: sue susie suzy suzanne susanna suki sukie susannah susanne susana zuzanna suzie zsuzsanna;
tabitha: tabby; tamara: tammy tam tamar toma; tanya: tania tatiana tatyana;
teresa: terry tess tessa theresa tracy therese tereza teri terri tessie; terence: terry tel terrance terrence;
thaddeus: tad thad tadeusz; theodore: ted teddy theo theodor teodoro fyodor fedor; theodora: dora thea;
thomas: tom tommy thom tomas tommaso tomasz tam massey tomek; timothy: tim timmy timofey timoteo; tobias: toby tobiah tobi;
tracy: tracey traci trace; trevor: trev; ursula: ulla uschi ursel; valerie: val valeria valery; vanessa: nessa van;
veronica: ronnie vera veronique weronika nica; victor: vic viktor vittorio wiktor vik;
victoria: vicky tori vikki vic vickie viktoria vittoria wiktoria; vincent: vince vinny vin vincenzo vicente vinnie vinzenz wincenty;
virginia: ginny ginger virginie gina; vivian: viv vivienne vivien; wallace: wally; walter: walt wally walther gualtiero wat;
wanda: wendy; warren: ren; wendy: wen; wesley: wes; wilfred: wilf fred will wilfried;
wilhelmina: mina minnie willa billie wilma helmina mien;
william: bill billy will willy liam wm willie guillermo guglielmo wilhelm willem guillaume vilhelm gulielmo wim helmut wil;
winifred: winnie freda win; winston: win; yvonne: evonne; zachary: zach zack zac zachariah zak zackary; zoe: zoey zoie;
"""
_GERMAN: Final = """
adelheid: heidi adele; alfons: alfonso alphonse alphonso; alois: aloysius lois luis; anneliese: anne liese annelies;
bernd: bernhard berndt bernt; brigitte: gitte gitta biggi brigitta; burkhard: burkhardt burckhard; detlef: detlev;
dietrich: dieter dirk diederich; dieter: didi dietmar; dorothea: dorothee dorle thea; eberhard: eber ebi; edeltraud: traudel edeltraut;
elfriede: friedel elfi; engelbert: bert engel; erich: erik eric; felix: feliks felice; ferdinand: ferdi fernando hernando ferdl;
georg: schorsch jorg jurgen; gottfried: friedel godfrey goffredo; gunther: gunter guenter guenther gunnar; hannelore: hanne lore;
hansjorg: hans jorg; heinz: heinrich heiner; helga: olga; hildegard: hilde hilda; horst: horsti; ingeborg: inge inga; jens: jan;
joachim: jochen achim joaquin jochem gioacchino; johanna: hanna hanne jo; jorg: joerg jurg joerk; jurgen: juergen jorgen;
karl: kalle carl karlheinz; karlheinz: karl heinz; katharina: kathi kathe kaethe katrin kathrin katja tina;
konrad: conrad kurt conny corrado; lieselotte: lilo liselotte lotte; ludwig: lutz wiggerl; magdalena: magda lena leni;
manfred: manni fredi; matthias: hias mathias mattias maciej matti; michaela: michi ela; otto: othmar; reinhard: reiner reinhardt rainer;
rainer: reiner reinhard; rolf: rudolf; rosemarie: rosi romy marie; rudiger: roger ruediger; siegfried: sigi siggi; sigrid: siri;
stefan: steffen stephan; sven: svend swen; ulrich: uli ulli udo ulrik; ulrike: uli ulla rike; uwe: uve; volker: folker;
waltraud: traudl waltraut; werner: verner; wolfgang: wolf wolfi; wolfram: wolf;
"""
_ROMANCE: Final = """
adriana: adrienne; alberto: beto berto; alfonso: alfons poncho; alvaro: alvarito; antonio: toni antonino nino; assunta: assuntina;
aurelie: aurelia; bartolomeo: bart; bernadette: bernie detta; carmen: carmela carmencita maricarmen; claude: claudio claudius;
claudine: claudia claude; concepcion: concha conchita; consuelo: chelo; domenico: mimmo mimo; dominique: dom; emanuele: lele;
emilio: emile emil; enrique: quique kike; eugenie: genie eugenia; ezequiel: zequiel; federico: fede fico; felipe: pipe;
fernando: nando fer; filippo: pippo; francesca: cesca franca; francisca: paca paquita pancha; francisco: paco curro pancho kiko chico;
gaetano: tano; genevieve: ginette viviane; gerardo: lalo; gianluca: luca gian; giancarlo: carlo gian; gonzalo: gonza; graciela: chela;
gregorio: goyo; guadalupe: lupe lupita; guillermo: memo guille; gustavo: gus gustave gustav tavo; hugues: hugo hugh; ignacio: nacho;
jaime: jaume; javier: javi xavier; jesus: chucho chuy; joaquin: quino; jorge: coque; jose: pepe josep che; joseluis: jose luis;
juan: juanito joan; juana: juanita; julie: juliette; laurence: laurie; leonardo: leo nardo; lorenzo: renzo enzo; luigi: gigi gino;
luis: lucho; luciano: lucien lucio; madeleine: mado; manuel: manolo manu manny manoel; marcelo: marcello marcel; margarita: rita marga;
mariadelcarmen: maricarmen; mariajose: marijose; mario: marius; matteo: teo; maximo: massimo maxime; miguel: mike miquel;
montserrat: montse; nicolas: colas nico; pascual: pascal pasquale; pedro: perico; pierre: pierrot; pilar: pili; rafael: rafa;
ramon: moncho; raul: raoul; remedios: reme; renee: renata rene; ricardo: rico; roberto: beto berto; rosario: charo rosi;
santiago: santi tiago iago; sergio: serge checo sergi; soledad: sole marisol; sylvie: sylvia; therese: tete;
thierry: theodoric dietrich; vicente: chente; vincenzo: enzo; xavier: javier saverio xavi; yves: ives yvon ivo;
"""
_NORTH_AND_EAST: Final = """
adriaan: adrian ad arjan adrianus; agnieszka: aga agnes; aleksei: alexei aleksey alexey alyosha alexis oleksii oleksiy;
anastasia: nastya anastasiya stacy anastazja; anatoly: anatoli anatolii tolya; antonius: ton toon antoon teun;
arkady: arkadi arkadiy arkadiusz; arkadiusz: arek; bartosz: bartek bartlomiej; bogdan: bohdan; bohuslav: boguslaw;
boleslaw: bolek boleslav; boris: borya; czeslaw: czesiek; dariusz: darek darius;
dmitri: dmitry dmitriy dima mitya dimitri dmytro dimitry dmitrii demetrius dimitrios; dorota: dorothy dorotka; dymitr: dmitri;
eduard: edik edward; ewa: eva eve yeva; fyodor: fedor fedya theodor; galina: galya halina; gennady: gena gennadi gennadiy;
gijsbert: gijs bert; grigory: grisha hryhoriy; hendrik: henk rik hendrikus; igor: ihor igors; ilya: ilia illya; ivo: iwo;
jacek: jacenty; jadwiga: jadzia hedwig; jakub: kuba; jaroslaw: jarek yaroslav jaroslav; jerzy: jurek; jozef: jef jozek;
johannes: joop hans jan johan johannus han; katarzyna: kasia kaska; kazimierz: kazik casimir kazimir;
konstantin: kostya constantine constantin kostas konstantinos konstanty costas; krystyna: krysia; krzysztof: krzys;
larisa: larissa lara; leonid: lenya leon; liudmila: lyudmila ludmila ludmilla luda; lyubov: luba liubov ljubov; maciej: maciek;
malgorzata: gosia malgosia; marek: mareczek; marina: maryna; matthijs: thijs mathijs;
mikhail: misha mykhailo michail mihai mihail mikhael; miroslaw: mirek miroslav; nadezhda: nadia nadya nadja;
natalia: natalya nataliya natasha natalja; nikolai: kolya nikolay mykola nikolaj; oksana: oxana ksenia; oleg: oleh olegs;
olga: olya olha; pavel: pasha pavlo pawel; petronella: nel petra nelleke; petrus: piet peter; piotr: piotrek; radoslaw: radek radoslav;
roman: romek; sergei: sergey serge sergiy serhiy sergej serhii sergii seryozha sergio siarhei sergius; slawomir: slawek slavomir;
stanislaw: staszek stas stanislav; svetlana: sveta svitlana swetlana; tatiana: tanya tatyana tetiana tetyana tatjana; tomasz: tomek;
vadim: vadym wadim; valentina: valya walentyna; valery: valeri valeriy valerii;
vasily: vasili vasiliy vasyl vasilii wassili basil vasya vasilis; vera: wiera vira; viktor: vitya;
vitaly: vitali vitaliy vitalii vitalik; vladimir: vova volodya volodymyr wladimir wlodzimierz vlad volodimir vladimirs;
vladislav: vlad wladyslaw vladyslav; vyacheslav: slava viacheslav vjaceslav; wilhelmus: willem wim; wojciech: wojtek adalbert vojtech;
yevgenia: evgenia zhenya evgeniya; yulia: julia iulia yuliya iuliia; yuri: yury yuriy iurii juri jurij georgy; zbigniew: zbyszek;
zdzislaw: zdzisiek; zygmunt: sigmund siegmund sigismund zsigmond; agneta: agnes agnetha; anders: andreas andrew; astrid: asta;
bjorn: bjoern; erling: erlend; gudrun: guro; gunnar: gunther; haakon: hakon; ingrid: inga; jorgen: jurgen jens; kjell: ketil kjeld;
knut: canute knud; lars: lasse laurits; magnus: mans; mikkel: mikael michael; nils: niels niklas; olaf: olav ole ola olof oluf;
per: peder peter par; soren: severin soeren; torbjorn: thorbjorn torben; yrjo: georg; jyrki: georg; juhani: juha jussi john;
matti: matthias; pekka: peter;
"""
_ARABIC_AND_ASIAN: Final = """
abdallah: abdullah abdulla abdellah; abdelkader: abdulkader abdulqadir abdelqader; abdul: abdel abd abdoul; abdulaziz: abdelaziz aziz;
abdulrahman: abdelrahman abderrahman abdurrahman abdurahman; abdulrahim: abdelrahim; abubakar: abubakr abu aboubacar; adil: adel;
ahmed: ahmad achmed ahmet achmad hamad; aisha: ayesha aicha aysha ayse aishah; akbar: akber; ali: aly; amina: aminah amena;
amir: ameer emir; anwar: anouar enver; asad: assad; aziz: azeez; bilal: belal; fatima: fatma fatimah fatemeh fatema fatoumata;
farid: fareed ferid; faisal: faysal feisal; farouk: faruk farooq faruq; ghassan: gassan; habib: habeeb; hakim: hakeem; hamid: hameed;
hamza: hamzah; hasan: hassan hasaan; hashim: hashem hisham;
hussein: husain hussain husein husayn hosein hossein hoseyn huseyin houssein hussien; ibrahim: ebrahim ibraheem brahim; imran: emran;
ismail: ismael esmail ishmael ismaeel; jamal: gamal jamaal djamal cemal; jamil: jameel djamil cemil; kamal: kemal kamel;
karim: kareem kerim; khadija: khadijah hatice; khalid: khaled halid; khalil: khaleel halil; layla: leila leyla laila lailah;
mahdi: mehdi; mahmoud: mahmud mehmood mahmood; majid: majeed maged; malik: malek melik; maryam: mariam miriam meryem marium;
mohammed: muhammad mohamed mohammad muhammed mohamad muhamad muhamed mehmet mohd mhd md mohamud muhammet mo mahomet mohamet;
mukhtar: mokhtar; musa: mousa moussa moosa; mustafa: moustafa mostafa mustapha; nabil: nabeel; nadia: nadya; nasir: nasser naser nasr;
noor: nur nour noura; omar: umar omer umer; osama: usama; osman: uthman othman usman; qasim: kasim kassem qassim; rahim: raheem;
rashid: rasheed rachid rasid; sadiq: sadik siddiq; said: saeed sayed saied sayid syed; salim: saleem selim; samir: sameer;
shafiq: shafik; sharif: shareef sherif cherif; suleiman: sulaiman suleyman solomon soliman sulayman; tariq: tarik tarek tareq;
wahid: waheed; walid: waleed; yahya: yehia yahia; yasir: yaser yasser; yusuf: youssef yousef yousuf yusef joseph yosef youcef;
zainab: zaynab zeinab zeynep; zahra: zohra; zakaria: zachariah zakariya; amit: ameet; anil: aneel; deepak: dipak; dilip: deelip;
harish: hareesh; jayant: jayanth; krishna: krishnan; lakshmi: laxmi; manish: maneesh; mukesh: mukhesh; prakash: parkash;
pradeep: pradip; rajesh: raj; rajiv: rajeev; ramesh: rameshwar; ravi: ravindra; sandeep: sandip; sanjay: sanjai; sanjiv: sanjeev;
shiva: siva shiv; sita: seeta; sunil: suneel; suresh: sureshkumar; venkatesh: venkat; vijay: vijai; vikram: vikrama; vishnu: visnu;
chen: cheng; hsiao: xiao; hsin: xin; jie: chieh; jing: ching; jun: chun; qiang: chiang; xiaoming: hsiaoming; xiu: hsiu; yong: yung;
hyun: hyeon; jung: jeong chung; sung: seong; joon: jun; yuichi: yuuichi; kohei: kouhei; shota: shouta; yoko: youko; yuko: yuuko;
yuki: yuuki; ryo: ryou; sho: shou; avi: avraham abraham; chaim: haim hayim; eliezer: eli elazar; miriam: miri mirjam;
mordechai: moti motti mordecai; moshe: moishe moses; rivka: rebecca; shlomo: solomon salomon; shmuel: shmulik; tzvi: zvi hersh;
yaakov: yakov kobi jacob; yehuda: juda judah; yitzhak: yitzchak isaac itzik; yosef: yossi yosi joseph;
"""


def _groups() -> Iterator[tuple[str, ...]]:
    for group in (_ENGLISH + _GERMAN + _ROMANCE + _NORTH_AND_EAST + _ARABIC_AND_ASIAN).split(";"):
        head, colon, others = group.partition(":")
        if colon:
            yield (head.strip(), *others.split())


GROUPS: Final = tuple(_groups())
"""Each the name itself and those that stand for it."""


def _memberships() -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for at, group in enumerate(GROUPS):
        for name in dict.fromkeys([*group, *map(folded_given, group)]):
            found.setdefault(name, []).append(at)
    return {name: tuple(at) for name, at in found.items()}


_MEMBER_OF: Final = _memberships()
NAMES: Final = frozenset(_MEMBER_OF)
"""Every given name that is in a group, as it is written and in its key form."""

_HEADS: Final = {word: group[0] for group in GROUPS for word in (group[0], folded_given(group[0]))}


def root(name: str) -> str:
    """The name that a given name stands for; itself where it heads a group, or where none is known.

    Of a name in several groups it is the first listed: good as a key, but `same` is what tells whether two names may be one.

    >>> root("bill"), root("william"), root("zebulon")
    ('william', 'william', 'zebulon')
    """
    groups = _MEMBER_OF.get(name)
    return _HEADS.get(name, name) if groups is None or name in _HEADS else GROUPS[groups[0]][0]


def same(one: str, other: str) -> bool:
    """Whether two given names may be one person's: equal, or in one group.

    >>> same("pat", "patrick"), same("pat", "patricia"), same("patrick", "patricia"), same("bill", "liam")
    (True, True, False, True)
    """
    return one == other or not set(_MEMBER_OF.get(one, ())).isdisjoint(_MEMBER_OF.get(other, ()))


GROUPS_AT_MOST: Final = max(len(at) for at in _MEMBER_OF.values())
"""The most groups that one name is in."""


def groups(name: str) -> tuple[int, ...]:
    """The groups that a given name is in, as places in GROUPS; none where none is known.

    >>> groups("zebulon")
    ()
    """
    return _MEMBER_OF.get(name, ())
