#include "tests/sim/people/ctf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/people/child.h"

void
ctf_print(struct buffer *out, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (buffer_append(out, bytes_of_text(text)) != STATUS_OK)
		abort();
}

static void
print_header(struct buffer *out)
{
	ctf_print(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CTfile>\n<Header>"
	    "<DocumentName>Common Transfer File</DocumentName>"
	    "<CTFversion>25.0</CTFversion>"
	    "<DateTime>2026-09-01T08:00:00</DateTime>"
	    "<DocumentQualifier>full</DocumentQualifier>"
	    "<SupplierID>Invented</SupplierID>"
	    "<SourceSchool><LEA>999</LEA><Estab>2999</Estab>"
	    "<SchoolName>Far Away School</SchoolName>"
	    "<AcademicYear>2026</AcademicYear></SourceSchool>"
	    "</Header>\n<CTFpupilData>\n");
}

static void
print_details(struct buffer *out, struct random *random,
    const struct child *child)
{
	ctf_print(out,
	    "<BasicDetails><NCyearActual>%s</NCyearActual>"
	    "<Ethnicity>%s</Ethnicity><EthnicitySource>P</EthnicitySource>",
	    child->year, child->ethnicity);
	if (random_one_in(random, 2))
		ctf_print(out,
		    "<Languages><Type><LanguageType>F</LanguageType>"
		    "<Language>%s</Language></Type></Languages>",
		    child->language);
	ctf_print(out, "<MedicalFlag>%s</MedicalFlag></BasicDetails>\n",
	    random_one_in(random, 2) ? "true" : "0");
	if (random_one_in(random, 3))
		ctf_print(out,
		    "<SENhistory><SEN><StartDate>2024-09-01</StartDate>"
		    "<SENprovision>K</SENprovision></SEN><SENneeds><SENneed>"
		    "<SENtypeRank>1</SENtypeRank><SENtype>SLCN</SENtype>"
		    "</SENneed></SENneeds></SENhistory>\n");
}

static void
print_home(struct buffer *out, struct random *random, const struct child *child,
    uint32_t version)
{
	ctf_print(out,
	    "<Address><BS7666Address><PAON>%u</PAON><Street>%s</Street>"
	    "<Town>Nowhere</Town></BS7666Address></Address>\n",
	    child->house + version, child->street);
	ctf_print(out,
	    "<Phones><Phone><TelephoneType>H</TelephoneType>"
	    "<PhoneNo>01632 960%03u</PhoneNo></Phone></Phones>\n",
	    (unsigned)random_below_of(random, 1000));
	ctf_print(out,
	    "<Contacts><Contact><Order>1</Order><Surname>%s</Surname>"
	    "<Forename>Sam</Forename><Relationship>PAF</Relationship>"
	    "<Responsibility>Y</Responsibility>"
	    "<AddressAsPupil>Y</AddressAsPupil></Contact></Contacts>\n",
	    child->surname);
}

static void
print_learning(struct buffer *out, struct random *random)
{
	if (random_one_in(random, 2))
		ctf_print(out,
		    "<Attendance><YearData><Year>2026</Year><LEA>999</LEA>"
		    "<Estab>2999</Estab><SessionsPossible>380"
		    "</SessionsPossible><SessionsAttended>%u"
		    "</SessionsAttended></YearData></Attendance>\n",
		    (unsigned)random_between(random, 0, 380));
	if (random_one_in(random, 2))
		ctf_print(out,
		    "<StageAssessments><KeyStage><Stage>KS2</Stage>"
		    "<StageAssessment><Locale>ENG</Locale><Year>2026</Year>"
		    "<Subject>MAT</Subject><Method>TT</Method>"
		    "<Component>MTC</Component><ResultStatus>R</ResultStatus>"
		    "<ResultQualifier>MT</ResultQualifier><Result>%u</Result>"
		    "</StageAssessment></KeyStage></StageAssessments>\n",
		    (unsigned)random_below_of(random, 26));
	ctf_print(out,
	    "<SchoolHistory><School><LEA>999</LEA><Estab>2999</Estab>"
	    "<SchoolName>Far Away School</SchoolName>"
	    "<EntryDate>2022-09-01</EntryDate>"
	    "<LeavingDate>2026-07-21</LeavingDate></School></SchoolHistory>");
}

static void
print_pupil(struct buffer *out, struct random *random, uint32_t version)
{
	struct child child;

	child_invent(random_next(random), &child);
	ctf_print(out,
	    "<Pupil><UPN>%s</UPN><Surname>%s</Surname>"
	    "<Forename>%s</Forename><DOB>%s</DOB><Sex>%s</Sex>\n",
	    child.upn, child.surname, child.forename, child.birth_date,
	    child.sex);
	print_details(out, random, &child);
	print_home(out, random, &child, version);
	print_learning(out, random);
	ctf_print(out, "</Pupil>\n");
}

void
ctf_invent(uint64_t seed, uint32_t version, struct buffer *out)
{
	struct random random = random_fork(seed, 0xC7F);
	uint64_t pupils = random_between(&random, 3, 10);

	print_header(out);
	for (uint64_t i = 0; i < pupils; i++)
		print_pupil(out, &random, version);
	ctf_print(out, "</CTFpupilData>\n</CTfile>\n");
}
