#include <stddef.h>

#include "tests/demo/names.h"

/* clang-format off */
static const char *const surnames_english[] = {
	"Ashbourn", "Bramwick", "Coldbeck", "Dunmere", "Eastlow", "Fairholt",
	"Garrowby", "Hallowfield", "Inglesby", "Jessopp", "Kettlewell",
	"Larkham", "Merriwick", "Netherton", "Oldershaw", "Pendry", "Quenby",
	"Ravenshaw", "Selwick", "Thornbeck", "Underhay", "Vaizey", "Wetherden",
	"Yarwick", "Amblecote", "Birkinshaw", "Crossley-Hale", "Dewsnap",
	"Elmhirst", "Foxcroft", "Greenhalge", "Hepworthy", "Ironmonger",
	"Kimberlow", "Lilleshaw", "Mossop", "Norcliffe", "Ormerod-Pell",
	"Penhallow", "Rowbotham-Lee", "Stanniforth", "Tillotsen", "Wolstenby",
	"O'Hanrahan", "Mac an Rí", "Llewelyn-Parr", "Gethings", "McCandlish",
	NULL
};
static const char *const boys_english[] = {
	"Alfie", "Barnaby", "Caleb", "Dexter", "Edmund", "Finlay", "George",
	"Harvey", "Isaac", "Jude", "Kit", "Leo", "Max", "Ned", "Oscar", "Percy",
	"Rory", "Seth", "Toby", "Wilfred", "Zach", "Arlo", "Bobby", "Callum",
	"Dylan", "Ewan", "Freddie", "Gethin", "Hugo", "Jenson", NULL
};
static const char *const girls_english[] = {
	"Alice", "Bethan", "Clara", "Daisy", "Edie", "Florence", "Grace",
	"Hattie", "Iris", "Josie", "Kitty", "Lottie", "Martha", "Nell", "Olive",
	"Poppy", "Rosa", "Summer", "Tilly", "Violet", "Willow", "Zoë", "Ava",
	"Bella", "Chloe", "Eliza", "Freya", "Imogen", "Niamh", "Seren", NULL
};
static const char *const surnames_pakistani[] = {
	"Akhtari", "Bhattiwal", "Chaudhary", "Durrani", "Ghaznavi", "Hamdanil",
	"Janjuan", "Khattak", "Lodhiana", "Mirzada", "Niazmand", "Qureshani",
	"Rafiqi", "Sheraz", "Tareen", "Wazirpur", "Yousafi", "Zamanil", NULL
};
static const char *const boys_muslim[] = {
	"Adeel", "Bilal", "Danyal", "Eesa", "Faisal", "Haroon", "Ibrahim",
	"Junaid", "Kashif", "Musa", "Nabeel", "Omar", "Rayyan", "Sami", "Tariq",
	"Umar", "Yahya", "Zain", NULL
};
static const char *const girls_muslim[] = {
	"Aisha", "Bushra", "Eshal", "Fatima", "Hafsa", "Inaya", "Khadija",
	"Laiba", "Maryam", "Nadia", "Rania", "Safa", "Tahira", "Umaima",
	"Yasmin", "Zara", NULL
};
static const char *const surnames_indian[] = {
	"Aggarwala", "Bansilal", "Chandrani", "Deshmane", "Gillon", "Iyengari",
	"Joshipura", "Kaurani", "Lakhanpaul", "Menonath", "Nairkar", "Patelia",
	"Randhawan", "Sidhupur", "Thakkarey", "Venkatan", NULL
};
static const char *const boys_indian[] = {
	"Aarav", "Devan", "Gurveer", "Ishaan", "Jaspal", "Karan", "Manav",
	"Nikhil", "Pranav", "Rohan", "Samir", "Tejas", "Vivaan", "Yuvraj", NULL
};
static const char *const girls_indian[] = {
	"Anaya", "Diya", "Gurleen", "Harpreet", "Ishika", "Jasleen", "Kavya",
	"Meera", "Nisha", "Priya", "Riya", "Simran", "Tara", "Veena", NULL
};
static const char *const surnames_bangladeshi[] = {
	"Ahmedur", "Begumara", "Choudhurey", "Haquewala", "Islamabadi",
	"Khatunara", "Miahpur", "Rahmanil", "Sikdari", "Talukdari", NULL
};
static const char *const surnames_african[] = {
	"Abiolade", "Boatengwa", "Chukwuma", "Dankwah", "Ezenwa", "Folarinde",
	"Gyamfield", "Kamarah", "Mensahene", "Ndlovane", "Obasike", "Owusuah",
	"Sesayo", "Tembolo", "Uzochukwu", "Warsameh", NULL
};
static const char *const boys_african[] = {
	"Ayo", "Chidi", "Emeka", "Femi", "Ikenna", "Jabari", "Kofi", "Kwame",
	"Nnamdi", "Obinna", "Sekou", "Tunde", "Uche", "Zuberi", NULL
};
static const char *const girls_african[] = {
	"Abena", "Adaeze", "Amara", "Chiamaka", "Efua", "Folake", "Ifeoma",
	"Makena", "Ngozi", "Sade", "Temi", "Wanjiru", "Yaa", "Zainab", NULL
};
static const char *const surnames_caribbean[] = {
	"Alleynes", "Blackstocke", "Clarkeson", "Dacosta-Reid", "Ellisdon",
	"Forbesley", "Grantham-Bell", "Josephsen", "Marshallow", "Pinnocke",
	"Rowelle", "Samuelson-Gray", NULL
};
static const char *const surnames_european[] = {
	"Adamczewska", "Bielanek", "Ciobanel", "Dragomirsku", "Ferreirinha",
	"Grabowik", "Horvatski", "Ionascu", "Jankaitis", "Kowalinek",
	"Lisowiec", "Marinescan", "Nowaczek", "Petrauskis", "Szymanek",
	"Wisniak", NULL
};
static const char *const boys_european[] = {
	"Adrian", "Borys", "Dawid", "Filip", "Gabriel", "Igor", "Jakub",
	"Kacper", "Luka", "Mateusz", "Nikodem", "Oliwier", "Radu", "Tomasz",
	NULL
};
static const char *const girls_european[] = {
	"Alicja", "Bianca", "Daria", "Elena", "Gabriela", "Hanna", "Ioana",
	"Julia", "Kinga", "Lena", "Maja", "Natalia", "Oliwia", "Zuzanna", NULL
};
static const char *const surnames_chinese[] = {
	"Chengli", "Fongwai", "Huanglo", "Kwokshan", "Leungho", "Ngaisun",
	"Tangwei", "Xuelan", "Yipman", "Zhouyan", NULL
};
static const char *const boys_chinese[] = {
	"Haoran", "Jayden", "Kai", "Lok", "Marcus", "Ming", "Tsz", "Yichen",
	NULL
};
static const char *const girls_chinese[] = {
	"Ching", "Hei", "Jasmine", "Mei", "Sum", "Xinyi", "Yan", "Yuet", NULL
};
static const char *const surnames_arab[] = {
	"Al-Barzan", "Daherani", "El-Tayebi", "Farahan", "Haddadin", "Karimel",
	"Mansouri-Azad", "Nasseril", "Rostamian", "Sharifar", NULL
};
static const char *const surnames_roma[] = {
	"Boswick", "Gaskine", "Leefield", "Lovelle", "Purrum", "Scampe", NULL
};

const struct background backgrounds[] = {
	{ 51, "WBRI", "ENG", 0, surnames_english, boys_english, girls_english },
	{ 10, "APKN", "URD", 60, surnames_pakistani, boys_muslim,
	    girls_muslim },
	{ 8, "AIND", "PNJ", 45, surnames_indian, boys_indian, girls_indian },
	{ 4, "ABAN", "BNG", 65, surnames_bangladeshi, boys_muslim,
	    girls_muslim },
	{ 6, "BAFR", "SOM", 40, surnames_african, boys_african, girls_african },
	{ 4, "BCRB", "ENG", 0, surnames_caribbean, boys_english,
	    girls_english },
	{ 4, "MWBC", "ENG", 0, surnames_caribbean, boys_english,
	    girls_english },
	{ 6, "WOTH", "POL", 75, surnames_european, boys_european,
	    girls_european },
	{ 2, "MWAS", "ENG", 0, surnames_indian, boys_english, girls_indian },
	{ 2, "CHNE", "CHI", 55, surnames_chinese, boys_chinese,
	    girls_chinese },
	{ 2, "OOTH", "ARA", 70, surnames_arab, boys_muslim, girls_muslim },
	{ 1, "WROM", "ENG", 0, surnames_roma, boys_english, girls_english },
};
const uint32_t background_count = sizeof(backgrounds) / sizeof(backgrounds[0]);

const char *const street_names[] = {
	"Alder Rise", "Bellfounder Lane", "Canal Row", "Drover's Way",
	"Elder Street", "Ferryman's Close", "Glassworks Road", "Hornbeam Walk",
	"Ivy Bank", "Jenny Wren Lane", "Kiln Street", "Lantern Court",
	"Mallow Drive", "Nine Elm Place", "Orchard Fold", "Packhorse Lane",
	"Quarry Hill", "Ropewalk", "Saddler's Green", "Tollgate Road",
	"Upper Mead", "Viaduct Terrace", "Weaver Street", "Yew Tree Avenue",
	NULL
};
/* clang-format on */
