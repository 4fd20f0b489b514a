/*
 * What invented commits are made of: the collections and columns of the
 * catalogue, and made-up words.
 */
#ifndef TESTS_DICTIONARY_SHAPES_H
#define TESTS_DICTIONARY_SHAPES_H

/*
 * Columns with what they hold, in the order of the catalogue; '+' before a
 * column ties it to the one before.  The capital letters are kinds of value,
 * see invent() in train.c; (a|b) is a choice of codes.  weight: how often it
 * is written.
 */
static const struct shape {
	const char *collection;
	int weight;
	const char *columns;
} shapes[] = {
	{ "pupil", 8,
	    "upn:U surname:S forename:F middle_names:F birth_date:B "
	    "sex:(M|F) nc_year_actual:(2|6|11|R) ethnicity:(WBRI|APKN|AIND|"
	    "BAFR|MWBC) +ethnicity_source:(P|C|S) saon:N +paon:N +street:A "
	    "+town:T +postcode:P +uprn:N phone_home:N email:E holder:R "
	    "open_transfer:R preferred_forename:F medical_flag:(Y|N)" },
	{ "contact", 10,
	    "contact_order:I title:(Mr|Mrs|Ms|Dr) surname:S forename:F "
	    "gender:(M|F) relationship:(PAM|PAF|CAR|STF|FAM) "
	    "responsibility:(Y|N) lives_with_pupil:(Y|N) "
	    "address_as_pupil:(Y|N) +street:A +town:T +postcode:P +paon:N "
	    "phone_mobile:N phone_home:N email:E interpreter:(ENG|PNJ|URD) "
	    "may_collect:(Y|N) court_order:(N|Y) +court_order_note:L" },
	{ "language", 4,
	    "language_type:(F|H) +language:(ENG|PNJ|URD|POL) "
	    "proficiency:(A|B|C|D|E|N)" },
	{ "identifier", 2, "kind:(former_upn|uci|admission_number) +value:U" },
	{ "enrolment", 6,
	    "school:R laestab:N +urn:N +school_name:C enrol_status:(C|M|S|P) "
	    "entry_date:D leaving_date:D +leaving_reason:(PCT|DIE) "
	    "last_school:(Y|N) class_name:N on_roll_on:D" },
	{ "circumstance", 4,
	    "kind:(fsm|pupil_premium|young_carer|looked_after|service_child|"
	    "eal|kinship_care|disability) +value:(TFSM|DPP|AFC|Y|EYP) "
	    "start_date:D +end_date:D verified_on:D review_on:D detail:L" },
	{ "need", 3,
	    "rank:I +need_type:(SPLD|MLD|SEMH|SLCN|ASD|HI|VI|PD) detail:L" },
	{ "sen_provision", 3,
	    "start_date:D +end_date:D +sen_provision:(N|K|E)" },
	{ "support_plan", 1,
	    "kind:(ehc|sen_support|medical|behaviour|risk) starts:D "
	    "review_on:D ends:D summary:L attachment:R" },
	{ "attendance", 6,
	    "year:Y +laestab:N +school_name:C +sessions_possible:I "
	    "+sessions_authorised:I +sessions_attended:I "
	    "+sessions_unauthorised:I" },
	{ "assessment", 8,
	    "stage:(KS1|KS2|KS3) +locale:(ENG) +year:Y +subject:(ENG|MAT|SCI|"
	    "REA|WRI|GPS) +method:(TT|TA) +component:(TOT|SUB) "
	    "+result_status:(R|P) +result_qualifier:(NS|SS) +result:N "
	    "+result_date:D" },
	{ "transition_record", 8,
	    "move:(y2_3|y6_7|y11_12|in_year) academic_year:Y "
	    "tier:(universal|targeted|enhanced) strengths:L what_helps:L "
	    "what_to_avoid:L must_know:L pupil_voice:L parent_view:L "
	    "reading:(WTS|EXS|GDS) writing:(WTS|EXS|GDS) maths:(WTS|EXS|GDS|"
	    "below) independence:(secure|not_yet|worry) routines:(secure|"
	    "not_yet|worry) friends:(secure|not_yet|worry) feelings:(secure|"
	    "not_yet|worry) home:(secure|not_yet|worry) attendance_note:L "
	    "behaviour_note:L medical_note:L parent_agrees:(Y|N) "
	    "+agreed_on:D" },
	{ "friendship", 3,
	    "kind:(keep_with|keep_apart) other_pupil:R +other_name:S "
	    "+other_school:R reason:L" },
	{ "note", 8,
	    "category:(learning|behaviour|medical|family|pastoral|praise) "
	    "happened_on:D text:L" },
	{ "nomination", 5,
	    "event:R reason:(sen|friendship|confidence|attendance|"
	    "circumstance|school_judgement) note:L state:(nominated|invited|"
	    "accepted|declined|attended|missed) +state_on:D "
	    "practical_needs:L how_it_went:L" },
	{ "family_meeting", 3,
	    "kind:(early_family|senco|induction|listen|tell) starts:M place:C "
	    "staff:S family_present:S state:(offered|booked|held|missed) "
	    "matters:L agreed:L" },
	{ "transfer", 5,
	    "kind:(phase|in_year|managed_move) from_school:R to_school:R "
	    "leaving_date:D start_date:D statement:X statement_at:M "
	    "statement_read_at:M state:(open|answered|accepted|not_ours|"
	    "cancelled|sent_out) +reason:L" },
	{ "package", 4,
	    "transfer:R kind:(ctf|general|send|safeguarding) nothing:(Y|N) "
	    "how:(hub|s2s|secure_mail|by_hand|tracked_post) +sent_on:D "
	    "+sent_by:S +contents:C +digest:X received_on:D +received_by:S "
	    "+kept_where:C +received_role:(lead|senco|office) +proof:X" },
	{ "sibling", 1,
	    "other_pupil:R +other_name:S +other_school:R relation:(full|half|"
	    "step|foster) state:(proposed|agreed|ended) +agreed_on:D" },
	{ "attachment", 1,
	    "kind:(general_record|sen_plan|medical_plan|report|voice|sealed) "
	    "name:C media_type:(application/pdf|image/jpeg) bytes:I "
	    "digest:X" },
	{ "grant", 4,
	    "dossier:R kind:(holder|destination|previous) because:R opened:I "
	    "held:I frozen:I closed:I" },
	{ "envelope", 3,
	    "transfer:R dossier:R from_school:R surname:S forename:F "
	    "birth_date:B nc_year_actual:(2|6|R) state:(waiting|ours|"
	    "not_ours|withdrawn) +reason:L" },
	{ "expected_pupil", 5,
	    "upn:U surname:S forename:F birth_date:B sex:(M|F) "
	    "nc_year_actual:(3|7|R) from_school:R entry_date:D "
	    "state:(expected|arrived|not_coming) on_roll_on:D transfer:R" },
	{ "training_attendance", 2,
	    "session:R staff:R state:(booked|came|missed) hours:I "
	    "reflection:L" },
	{ "read_audit", 4,
	    "at:M staff:R site:R act:(opened|printed|exported|unlocked|"
	    "sealed_read) dossier:R record:R why:C" },
	{ "setting", 1, "name:C +value:C" },
	{ "school", 2,
	    "name:C phase:(infant|junior|primary|secondary) laestab:N urn:N "
	    "member:(Y|N) email:E" },
	{ "site", 2,
	    "number:I school:R name:C serial:X device:X revoked_on:M "
	    "revoked_reason:C" },
	{ "staff", 4,
	    "school:R surname:S forename:F role:(lead|deputy_lead|head|senco|"
	    "head_of_year|transition_lead|office|teacher|teaching_assistant) "
	    "second_role:(teacher) email:E left_on:D" },
	{ "term_date", 2,
	    "school:R kind:(term|closure|training_day) starts:D +ends:D" },
	{ "organisation", 1,
	    "name:C kind:(faith|charity|sport|arts|police|health) "
	    "contact_name:S email:E phone:N about:L state:(to_meet|met|"
	    "working_together|paused)" },
	{ "transition_event", 2,
	    "kind:(music_workshop|summer_school|induction|buddy) name:C "
	    "host_school:R organisation:R move:(y2_3|y6_7) place:C starts:M "
	    "ends:M nominations_close:D places:I about:L state:(planned|open|"
	    "full|done|cancelled)" },
	{ "training_session", 2,
	    "part_of:R title:C kind:(inset|course|coaching) for_role:(teacher|"
	    "senco) led_by:S host_school:R place:C starts:M ends:M about:L "
	    "state:(planned|done)" },
	{ "curriculum_term", 3,
	    "subject:(Geography|History|Mathematics|Science) strand:C "
	    "phase:(early_years|ks1|lower_ks2|upper_ks2|ks3) term:C meaning:L "
	    "looks_like:L questions:L example:L builds_on:R "
	    "state:(proposed|agreed|retired) +agreed_on:D" },
	{ "epoch", 1, "epoch:R +record:X" },
	{ "entry", 4, "epoch:R sealed:X" },
	{ "handover", 1,
	    "kind:(advance|full|late) to_school:R epoch:R release:X receipt:X "
	    "state:(released|received|withdrawn) +state_on:M" },
	{ "purge_receipt", 1,
	    "dossier:R count:I sum:X sequence:I last_backup_on:D site:R "
	    "proof:X" },
};

static const char *const forenames[] = { "Teodora", "Idris", "Maeve", "Oskar",
	"Amina", "Callum", "Priya", "Rosa", "Yusuf", "Edith", "Kofi", "Lena" };
static const char *const surnames[] = { "Okafor-Lane", "Lane", "Thornquill",
	"Ashgrove", "Marlowe-Singh", "Pell", "Brackenby", "Qureshi-Holt" };
static const char *const streets[] = { "Larch Row", "Mill Lane", "Station Road",
	"Church Street", "Orchard Close", "High Street" };
static const char *const towns[] = { "Wexcombe", "Netherby", "Aldersey" };
static const char *const places[] = { "Wexcombe Primary School",
	"Netherby Infant School", "Aldersey Academy", "School hall",
	"Year 6 transition", "Induction day", "Main office", "Trade-off",
	"Decision-making", "Staff room" };
static const char *const sentences[] = {
	"A job on arrival helps the day to begin well. ",
	"Needs time to settle after the weekend. ",
	"Works well with a trusted adult. ", "Loves drawing and music. ",
	"I would like to know where to go at lunch time. ",
	"The family would like a visit before September. ",
	"Reading is a strength; writing takes longer. ",
	"Finds noisy places difficult. ", "Has one close friend in the class. ",
	"Choosing one thing means giving up another. "
};

#endif
