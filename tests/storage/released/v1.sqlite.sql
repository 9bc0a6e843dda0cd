BEGIN TRANSACTION;
CREATE TABLE registratura_attempts (
	scope TEXT NOT NULL, 
	count BIGINT NOT NULL, 
	lock_level BIGINT NOT NULL, 
	locked_until BIGINT, 
	since BIGINT, 
	PRIMARY KEY (scope)
)
 WITHOUT ROWID

;
INSERT INTO "registratura_attempts" VALUES('d1.234d3a51.4a6770838cd064853cb3b76eb8bd256223e77f26ab64584e062f086b7e83d561',0,0,NULL,NULL);
INSERT INTO "registratura_attempts" VALUES('d1.234d3a51.820c104279fb5725a2f632973c4c486890109bb72a882408671ef9c0552a2908',0,0,NULL,1772452800000000);
INSERT INTO "registratura_attempts" VALUES('d1.234d3a51.865ba46a9c00ef1db339068eeb66c19d5519e06aeaf01535c5cc2478ba614321',0,0,NULL,1772452800000000);
CREATE TABLE registratura_claims (
	kind TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	target TEXT NOT NULL, 
	flow_id TEXT NOT NULL, 
	PRIMARY KEY (kind, digest)
)
 WITHOUT ROWID

;
INSERT INTO "registratura_claims" VALUES('account','d1.234d3a51.547462f27124044c959c4aa1f528354fabb1587deb1d7eed71aa157da3ff328b','019cae6b-6600-72d6-8093-c1d9bbf6a48d','019cae6b-6600-75a1-bcee-12c349a12c2a');
INSERT INTO "registratura_claims" VALUES('answer','d1.234d3a51.81bd5365862259220a4b75c32c369340e3c555861aac09410d57d750245f7c43','019cae6b-6600-75a1-bcee-12c349a12c2a','019cae6b-6600-75a1-bcee-12c349a12c2a');
INSERT INTO "registratura_claims" VALUES('attachment_code','d1.234d3a51.3f38d9b1fe6d3df8e68f0449c49e70666d98ecff1527992929df9c140d51c37f','019cae6b-6600-7fb9-ae1b-c209fd7c7382','019cae6b-6600-7fb9-ae1b-c209fd7c7382');
INSERT INTO "registratura_claims" VALUES('attachment_code','d1.234d3a51.ab1422a772ac082710006f432867e0c6e2dd3d7c1530a8ddef68c66d866f9fa3','019cae6b-6600-7082-bb98-8ae6a81ebe82','019cae6b-6600-7082-bb98-8ae6a81ebe82');
INSERT INTO "registratura_claims" VALUES('login','d1.234d3a51.9d353f1aecdd2cf672ee9df81b6f6e28548abaac233818d49677f9bbe5e20f48','019cae6b-6600-72d6-8093-c1d9bbf6a48d','019cae6b-6600-75a1-bcee-12c349a12c2a');
INSERT INTO "registratura_claims" VALUES('login','d1.234d3a51.cced3b79faf374b59c1a7c8ff16bad219650079202493a565d78db06d46060f0','019cae6b-6600-72d6-8093-c1d9bbf6a48d','019cae6b-6600-75a1-bcee-12c349a12c2a');
CREATE TABLE registratura_effects (
	id TEXT NOT NULL, 
	flow_id TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	sealed TEXT, 
	key_id TEXT NOT NULL, 
	status TEXT NOT NULL, 
	attempts BIGINT NOT NULL, 
	due BIGINT NOT NULL, 
	error TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "registratura_effects" VALUES('019cae6b-6600-7551-8989-8d415c327cf3:1:0','019cae6b-6600-7551-8989-8d415c327cf3',1,'StartExport','{"clinic":"ural","right":"019cae6b-6600-7551-8989-8d415c327cf3"}',NULL,'019cae6b-6600-7d23-bdba-ff8110d44316','done',1,1772452800000000,'');
CREATE TABLE registratura_evidence (
	flow_id TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	entry TEXT NOT NULL, 
	previous TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	signature TEXT NOT NULL, 
	PRIMARY KEY (flow_id, number)
);
INSERT INTO "registratura_evidence" VALUES('019cae6b-6600-75a1-bcee-12c349a12c2a',1,'{"account":null,"button":"accept_consent","channel":"web","flow_id":"019cae6b-6600-75a1-bcee-12c349a12c2a","kind":"accepted","number":1,"on_behalf":false,"pressed_at":"2026-03-02T12:00:00Z","previous":"0000000000000000000000000000000000000000000000000000000000000000","purpose":"personal_data","shown_at":"2026-03-02T12:00:00Z","subject":null,"text_sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","text_version":"1"}','0000000000000000000000000000000000000000000000000000000000000000','78a22e9f14cc8432c00564a194eab3509889b466429cb74935b002b78f82ff03','s1.234d3a51.1b7824b9df1f1d8f42cc24f2104ad64adfead928025561c5ac0a992aca2fd834');
INSERT INTO "registratura_evidence" VALUES('019cae6b-6600-75a1-bcee-12c349a12c2a',2,'{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","button":"","channel":"host","flow_id":"019cae6b-6600-75a1-bcee-12c349a12c2a","kind":"bound","number":2,"on_behalf":false,"pressed_at":"2026-03-02T12:00:00Z","previous":"78a22e9f14cc8432c00564a194eab3509889b466429cb74935b002b78f82ff03","purpose":"personal_data","shown_at":null,"subject":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","text_sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","text_version":"1"}','78a22e9f14cc8432c00564a194eab3509889b466429cb74935b002b78f82ff03','0a8aaa29270c46afd13028a4f50acaab244004c6791f14c815844fceb3af09a8','s1.234d3a51.c607685ce5c40996c174c39fdc7103bad6b05f47d3b22ffe36fc255202e3977c');
INSERT INTO "registratura_evidence" VALUES('019cae6b-6600-7435-9349-cc68f941babd',1,'{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","button":"submit_code","channel":"web","flow_id":"019cae6b-6600-7435-9349-cc68f941babd","kind":"accepted","number":1,"on_behalf":false,"pressed_at":"2026-03-02T12:00:00Z","previous":"0000000000000000000000000000000000000000000000000000000000000000","purpose":"medical_data","shown_at":"2026-03-02T12:00:00Z","subject":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","text_sha256":"82b8505dfbe748a9db1ccd3ce763cd236917745471c07b585e2f1a80379063ad","text_version":"1"}','0000000000000000000000000000000000000000000000000000000000000000','1b4a6478b2b4aa554e025abdf36d86a9b4a82c09c52fe81050754e6983d6d27f','s1.234d3a51.c8e98a8434e40e3cff9e5a0221684af4605c018dd5d012486f540c9abd3e5059');
INSERT INTO "registratura_evidence" VALUES('019cae6b-6600-7977-a887-c4ee02ff8a5b',1,'{"account":null,"button":"accept_consent","channel":"web","flow_id":"019cae6b-6600-7977-a887-c4ee02ff8a5b","kind":"accepted","number":1,"on_behalf":false,"pressed_at":"2026-03-02T12:00:00Z","previous":"0000000000000000000000000000000000000000000000000000000000000000","purpose":"personal_data","shown_at":"2026-03-02T12:00:00Z","subject":null,"text_sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","text_version":"1"}','0000000000000000000000000000000000000000000000000000000000000000','7ed78590909d61bf4b8479a5a574085e1d513bb78a3fe523ccdcf8de70e5b89f','s1.234d3a51.7509d786f5b1148c38fb7292b6176ecd0e6a51a398844eab1d9bd9b0991c3511');
CREATE TABLE registratura_flows (
	id TEXT NOT NULL, 
	flow TEXT NOT NULL, 
	chart_version BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	version BIGINT NOT NULL, 
	account TEXT, 
	subject TEXT, 
	session TEXT, 
	key_id TEXT NOT NULL, 
	data TEXT NOT NULL, 
	sealed TEXT, 
	timers TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	changed_at BIGINT NOT NULL, 
	head TEXT NOT NULL, 
	evidence BIGINT NOT NULL, 
	evidence_head TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "registratura_flows" VALUES('019cae6b-6600-75a1-bcee-12c349a12c2a','registration',1,'registered',8,'019cae6b-6600-72d6-8093-c1d9bbf6a48d','019cae6b-6600-72d6-8093-c1d9bbf6a48d','d1.234d3a51.0f7aacc85945b5afea384dc47000be0540940b5fc4c2ea018bada6da3ce8b497','019cae6b-6600-77a6-90fa-93a627a539c8','{"accepted":true,"at_sms":false,"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","denied":null,"identity":null,"matches":[],"password":"019cae6b-6600-712e-9632-234f41029d91","region":"74","shown_at":"2026-03-02T12:00:00Z","support_asked":false,"text_sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","text_version":"1","verifying":false,"via":"button"}',NULL,'{}',1772452800000000,1772452800000000,'618352d039f042f88d90708bd2612b39f9615ef2e23f21c988ae6e1c58c0ad30',2,'0a8aaa29270c46afd13028a4f50acaab244004c6791f14c815844fceb3af09a8');
INSERT INTO "registratura_flows" VALUES('019cae6b-6600-712e-9632-234f41029d91','portal_password',1,'present',2,'019cae6b-6600-72d6-8093-c1d9bbf6a48d','019cae6b-6600-72d6-8093-c1d9bbf6a48d','nobody','019cae6b-6600-77a6-90fa-93a627a539c8','{}','v1.019cae6b-6600-77a6-90fa-93a627a539c8.vdkxyb4VxByUPuqk.0ypkGMFO0qx961nD4i6o2xO__Fv2Z01lkxXkKIUOh28dn3CSYD0eTheBcc-aC7QPCik1m9_uEUpDnanf57YwKTSlu_Ka0jUg7BAaBu9bfsMLaeQzxXvsRwie7z-x8aDLzKXGOwMjPnt9LYyMvJOWITad0pxi9KUupwjv3Fmi4Z6SwHsq-Yoo78OuwLxS78-_LLwvo2weia3JXmG_sK7eN4NcXgTFgp0qW5bLWPlnTSTm','{}',1772452800000000,1772452800000000,'406f3e331057c18a26d2b5406fe4480dbb07d6f654d253a1a50a8ece31a346e0',0,'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "registratura_flows" VALUES('019cae6b-6600-76aa-b67a-43cf85d68a25','patient_card',1,'confirmed',3,'019cae6b-6600-72d6-8093-c1d9bbf6a48d','019cae6b-6600-72d6-8093-c1d9bbf6a48d','nobody','019cae6b-6600-77a6-90fa-93a627a539c8','{"clinic_card":null,"kept":null,"news":null,"relative":false,"revision":1}','v1.019cae6b-6600-77a6-90fa-93a627a539c8.qOnIyHvk4LaSDYrb.dDN-lCVJKUY7UETMec7XP-7ruBmL3R0v8CdPE6Q9jj532x5STarJRJTgUW5KQ5NJMWMXf6hHleW6XFJiFX9-_pNd8rT_zHafaqzVQENwT2xhPgMRwozxcOv_unVLU-qifFrNSveiOVTZRSAI1W2RKH-wNGn791OT3ht5NlsBCDUS8jvcO2BTjcru_udABbygyqZojIP28DaN2aPsWORnLqhjxhReBh-krnQhkAzmDvocZ6qSPLiYqT5XqVubixkQvptwQBBX3Ioy0zo3o30Wt6W80wx6iAz8XLKm29OSlDN6IClbvpZXlksZPadzHTG-qboo-KGZ4022steUaWpyUPXGQ_jt1TQeFaIypJ9b8Yyzn02zmSjeFedX2Yuh9UD9pzy70cBamtv10fR2RV1CjygPlha2BUR1k7yzfX2ZOsE9AIvUxxy2jp_JgFO6_hNt2OHk4B5IR-gLRv4F_yTDkkRgfnn7P51LehthcF3ocG-oty6wj0FeUP_b4Ac9cxCv53reZA9cO13pkcQU3Uwf56r-aoMj05jTnYfUs1eNv3ErG6_f9gvQkEJPZybzS9U8cUL76NV5EL_6H2JWuNZQ09dSdPrDNQyBVHC4EoYNJdEGZhfcLWqKfSffMvSIv15xlw-9-an04zhvr0upYzq-mIavHv5-YQ8z5RLncHIGymk9e96udpcy4v32uJuzLDm-BanNk_Ht-SrjKCQ7QNDg56C0OKvlrqbkS2X2sZmObc7_TEAn204Zj6BMHVYzYdr0Ho8RgjZp_zJPbZCAp8pmRO5bRrrplVauO3Wz97htQ_Zs37FOZp3iY0nWNguQZ-v7HQ7K1Sqq9_2JVJ0HblEUjE8t7BFRwMyQzcAVgoPoITuOPOOdxUC-E4JDC6g2Kgw3m2RphhiIX-E5PEP8zzUTzOzYByQ_pGUFTuwumXCLWl2uEosla6eQYwO4gfQe1NtOCyYmGqFGfERewJ0AlXqt64ASXJ9WEneu8yiPVpreH83ugZS7VtX9hFQ','{}',1772452800000000,1772452800000000,'26cd79dc7d6dfede7ae0a83fc59485f67c5c12211c7c5b8d8f4561b917112ec8',0,'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "registratura_flows" VALUES('019cae6b-6600-79bb-a5c1-bda81e30848a','cabinet',1,'health',3,'019cae6b-6600-72d6-8093-c1d9bbf6a48d',NULL,'d1.234d3a51.06871377d41555f736153b4f79c5cdb8c50279b4ac61be6cfd983dc5840285de','019cae6b-6600-7cde-a2b0-712e2a2404b4','{"advice":false,"channel":"web","clinics":[]}',NULL,'{}',1772452800000000,1772452800000000,'07472d6afd4f2b39349c9c5a7e42ee10fb1c2ce8e4dd3e3a259c5bf1332b2457',0,'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "registratura_flows" VALUES('019cae6b-6600-7435-9349-cc68f941babd','attachment',1,'attached',2,'019cae6b-6600-72d6-8093-c1d9bbf6a48d',NULL,'d1.234d3a51.06871377d41555f736153b4f79c5cdb8c50279b4ac61be6cfd983dc5840285de','019cae6b-6600-7296-9d1c-3528588773be','{"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","channel":"web","clinic":"ural","entry":"health_hint","right":"019cae6b-6600-7551-8989-8d415c327cf3","shown_at":"2026-03-02T12:00:00Z","text_sha256":"82b8505dfbe748a9db1ccd3ce763cd236917745471c07b585e2f1a80379063ad"}',NULL,'{}',1772452800000000,1772452800000000,'521ca1126e605edc0d0edff5d1201bcb229904257bb316a6ea7c16131b3f67f2',1,'1b4a6478b2b4aa554e025abdf36d86a9b4a82c09c52fe81050754e6983d6d27f');
INSERT INTO "registratura_flows" VALUES('019cae6b-6600-7082-bb98-8ae6a81ebe82','attachment_code',1,'activated',2,NULL,'019cae6b-6600-72d6-8093-c1d9bbf6a48d','nobody','019cae6b-6600-7d23-bdba-ff8110d44316','{"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","clinic":"ural","right":"019cae6b-6600-7551-8989-8d415c327cf3"}','v1.019cae6b-6600-7d23-bdba-ff8110d44316.BwmMqUEDBf3sc8fk.qcIgLgdLgVIbW9CVFxlWHdRFpWx8hxRUlXole64trvSwTa7llDutzLbpP37BYApWh1SML8sUvXITHtHG8owBNM9jsGns2vPK2_08W83LiObJL30dYTkryNCcU8zoxnedUqxwMcFqj82Nvs8Keg_mvSw6lGcx5bJCF6IaVuTlfVpZK82HjOPxEx0HbPYU0bTlmKm4QRV7QoyVezWXRWh7aIjBiJRcKQ','{}',1772452800000000,1772452800000000,'9d2ea90aee902556a27fd42fb54a628020148d086fc61a43c75e024cebcd317a',0,'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "registratura_flows" VALUES('019cae6b-6600-7551-8989-8d415c327cf3','clinic_right',1,'granted',1,'019cae6b-6600-72d6-8093-c1d9bbf6a48d','019cae6b-6600-72d6-8093-c1d9bbf6a48d','nobody','019cae6b-6600-7d23-bdba-ff8110d44316','{"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","clinic":"ural","code":"019cae6b-6600-7082-bb98-8ae6a81ebe82","delivered":0}',NULL,'{}',1772452800000000,1772452800000000,'b1525bff2c0d3cebeeacaaa9322325143e7d1e26d1e672cb44c63afd8f7f1050',0,'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "registratura_flows" VALUES('019cae6b-6600-7fb9-ae1b-c209fd7c7382','attachment_code',1,'issued',1,NULL,NULL,'nobody','019cae6b-6600-7c65-a209-c63372894ca1','{"card":null,"clinic":"volga","right":null}','v1.019cae6b-6600-7c65-a209-c63372894ca1.Itmbb_UfcJvB5v6x.sZqtOPsBdx1MJDYcq0ssVhM0YyiDFQgF2mU5_bamCx407ErVLbhJvLYo2wVWpMsABXNxr-w8mw1iukimDnHjk67Dx1QCsTB8d7bp7du7ULhmUf4-gyMcpLkevTiORfBwQnQ7PffYJLEQhgr7K2lk8z-qGF3mjsPxF9gGin0BOvFUm4km3w2nMOG5NMNAStWluDmV4QfFy18py2Iuuz23yOYsxGIQUw','{"expire":[1773662400000000,1]}',1772452800000000,1772452800000000,'1e13161f17798675bc866868a48adcc181815a945a32cc94065ae55dc021e57a',0,'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "registratura_flows" VALUES('019cae6b-6600-7dd3-9951-6ff9cdeda0eb','cabinet',1,'health',3,'019cae6b-6600-72d6-8093-c1d9bbf6a48d',NULL,'d1.234d3a51.06871377d41555f736153b4f79c5cdb8c50279b4ac61be6cfd983dc5840285de','019cae6b-6600-76ee-9da6-51cd7a78204a','{"advice":false,"channel":"web","clinics":[]}',NULL,'{}',1772452800000000,1772452800000000,'869bfc870256020b3b917e429c13a5e4f712ec456eea32e325569251bef8c8ab',0,'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "registratura_flows" VALUES('019cae6b-6600-74af-a9c4-7a921bb02ef5','attachment',1,'code_entry',1,'019cae6b-6600-72d6-8093-c1d9bbf6a48d',NULL,'d1.234d3a51.06871377d41555f736153b4f79c5cdb8c50279b4ac61be6cfd983dc5840285de','019cae6b-6600-7b20-90a5-871d7f8bd3e5','{"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","channel":"web","clinic":null,"entry":"health_hint","right":null,"shown_at":"2026-03-02T12:00:00Z","text_sha256":"82b8505dfbe748a9db1ccd3ce763cd236917745471c07b585e2f1a80379063ad"}',NULL,'{"expire":[1772456400000000,1]}',1772452800000000,1772452800000000,'c3cf4a36f9b9705271120ffa61585836e317cc7b6d782263fa78d4b75daa4973',0,'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "registratura_flows" VALUES('019cae6b-6600-7977-a887-c4ee02ff8a5b','registration',1,'gosuslugi.first_stage',5,NULL,NULL,'d1.234d3a51.66c7faf5520a1b1dd29aa81ac1336eacb905b915bb93b51f4457d92f7469717f','019cae6b-6600-72d2-b3e1-7a8ebc4a23a7','{"accepted":true,"at_sms":false,"card":null,"denied":null,"identity":null,"matches":[],"password":null,"region":"74","shown_at":"2026-03-02T12:00:00Z","support_asked":false,"text_sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","text_version":"1","verifying":false,"via":"button"}',NULL,'{"expire":[1772539200000000,1]}',1772452800000000,1772452800000000,'900fffc7d3bf68f0a797a3a5bb8b228759af2e596c642c3c11c47519315585c9',1,'7ed78590909d61bf4b8479a5a574085e1d513bb78a3fe523ccdcf8de70e5b89f');
CREATE TABLE registratura_idempotency (
	scope TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	request TEXT NOT NULL, 
	flow_id TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (scope, "key")
)
 WITHOUT ROWID

;
INSERT INTO "registratura_idempotency" VALUES('host:019cae6b-6600-75a1-bcee-12c349a12c2a','gosuslugi:answer to 019cae6b-6600-75a1-bcee-12c349a12c2a','d1.234d3a51.c1af2ec24f06e11fe3d9d2fd5e24acb7de26e21f754033c1397d0c89ac6ed921','019cae6b-6600-75a1-bcee-12c349a12c2a',6,1772452800000000);
CREATE TABLE registratura_keys (
	id TEXT NOT NULL, 
	subject TEXT, 
	wrapped TEXT NOT NULL, 
	PRIMARY KEY (id)
)
 WITHOUT ROWID

;
INSERT INTO "registratura_keys" VALUES('019cae6b-6600-7296-9d1c-3528588773be',NULL,'w1.234d3a51.VjncwU3f2qWnFnQ9.rYvHzAOcUnChGjU7TqWVOU8o11po1jW9ehvUmJAlA9V0IAlc--IYTGHfd9eycTqz');
INSERT INTO "registratura_keys" VALUES('019cae6b-6600-72d2-b3e1-7a8ebc4a23a7',NULL,'w1.234d3a51.ecbUSR24MPw8O0Dh.nTbNUCdYSgI_R1xHnss9sa_20Wm870e_adaSdHDAxx-oHLmCwSxXZY5YFm0lrdXA');
INSERT INTO "registratura_keys" VALUES('019cae6b-6600-76ee-9da6-51cd7a78204a',NULL,'w1.234d3a51.a7sS_J_9rM0k3-yi.XV5y4fHd-4oGb9OXtviF8SfX1FR9dWr8GlMH4ipPWYKFc8IGR8_klm0JARgDlGZp');
INSERT INTO "registratura_keys" VALUES('019cae6b-6600-77a6-90fa-93a627a539c8','019cae6b-6600-72d6-8093-c1d9bbf6a48d','w1.234d3a51.iqcXoJYFQPiCM8oo.blOommCNckDuNJBMZhCouAcmpbHpyXR6QqueLONCI5nsVihQDGt-R_LK-KSyNq7u');
INSERT INTO "registratura_keys" VALUES('019cae6b-6600-7b20-90a5-871d7f8bd3e5',NULL,'w1.234d3a51.GGBxNg0kjGBdXvg4.GVQFIB0esmbCjPcksRGmyD2Fo5Wzqg7RfOBChu7IhjzBuEUH9EwJSM19bbbahb3k');
INSERT INTO "registratura_keys" VALUES('019cae6b-6600-7c65-a209-c63372894ca1',NULL,'w1.234d3a51.Juuq-9KCjSnb_thQ.J8zkQx1-KBa-QkzmK1N2tHE7dUJeDqhbYthfL0uNeR6julok8_qFeYQkEc1RuzuZ');
INSERT INTO "registratura_keys" VALUES('019cae6b-6600-7cde-a2b0-712e2a2404b4',NULL,'w1.234d3a51.5xKFHvNoibO9BI53.Krj6Pu12DnwfJwXoRnTiduV87e30REhZI9515USDSSLCf-YfS7w9KzMFIsxx1vTX');
INSERT INTO "registratura_keys" VALUES('019cae6b-6600-7d23-bdba-ff8110d44316','019cae6b-6600-72d6-8093-c1d9bbf6a48d','w1.234d3a51.LphKVn2JTU3GOSu5.CJQ3Sba2DeUXp0UKGyyw4ipL-CqFH0WesIxVIfn7hbD9sT2zk5g9IruOZbA6Y6zs');
CREATE TABLE registratura_log (
	flow_id TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	chart_version BIGINT NOT NULL, 
	event TEXT NOT NULL, 
	event_version BIGINT NOT NULL, 
	transition TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	sealed TEXT, 
	outcome TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	previous TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (flow_id, seq)
);
INSERT INTO "registratura_log" VALUES('019cae6b-6600-75a1-bcee-12c349a12c2a',1,1,'begin_registration',1,'begin/begin_registration/region','{"account":null,"channel":"web"}','{"event":{},"facts":{}}',NULL,'{"account":null,"key":"019cae6b-6600-77a6-90fa-93a627a539c8","patch":{"accepted":false,"at_sms":false,"card":null,"denied":null,"identity":null,"matches":[],"password":null,"region":null,"shown_at":null,"support_asked":false,"text_sha256":null,"text_version":null,"verifying":false,"via":null},"session":"d1.234d3a51.0f7aacc85945b5afea384dc47000be0540940b5fc4c2ea018bada6da3ce8b497","state":"region","subject":null,"timers":{"expire":[1772539200000000,1]}}',1772452800000000,'0000000000000000000000000000000000000000000000000000000000000000','e6bc664d27115a04741738486131ec2aec0de1a8b4e25b646a3a59731a6b1ef4');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-75a1-bcee-12c349a12c2a',2,1,'choose_region',1,'region/choose_region/main_page','{"account":null,"channel":"web"}','{"event":{"region":"74"},"facts":{"problems":[]}}',NULL,'{"patch":{"region":"74"},"state":"main_page"}',1772452800000000,'e6bc664d27115a04741738486131ec2aec0de1a8b4e25b646a3a59731a6b1ef4','933504bdd25cbfa92bfd482e2dc88bce8afb98b4bd4295b9ec85af1f7791b809');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-75a1-bcee-12c349a12c2a',3,1,'register',1,'main_page/register/consent','{"account":null,"channel":"web"}','{"event":{},"facts":{"sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","version":"1"}}',NULL,'{"patch":{"shown_at":"2026-03-02T12:00:00Z","text_sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","text_version":"1"},"state":"consent"}',1772452800000000,'933504bdd25cbfa92bfd482e2dc88bce8afb98b4bd4295b9ec85af1f7791b809','9c7a6b2ae6706bff3ecf454b1ba71d4f491bc408adc7ba83a7b26ece3d0aced5');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-75a1-bcee-12c349a12c2a',4,1,'accept_consent',1,'consent/accept_consent/gosuslugi.entry','{"account":null,"channel":"web"}','{"event":{"text_sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","text_version":"1"},"facts":{"sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","version":"1"}}',NULL,'{"evidence":["78a22e9f14cc8432c00564a194eab3509889b466429cb74935b002b78f82ff03"],"patch":{"accepted":true,"text_sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","text_version":"1"},"state":"gosuslugi.entry"}',1772452800000000,'9c7a6b2ae6706bff3ecf454b1ba71d4f491bc408adc7ba83a7b26ece3d0aced5','4401bc83d98b83bb9e435521edff688d05464bfb526706b987c1b7a7766ee721');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-75a1-bcee-12c349a12c2a',5,1,'go_to_gosuslugi',1,'gosuslugi.entry/go_to_gosuslugi/gosuslugi.first_stage','{"account":null,"channel":"web"}','{"event":{"via":"button"},"facts":{}}',NULL,'{"patch":{"at_sms":false,"denied":null,"via":"button"},"state":"gosuslugi.first_stage"}',1772452800000000,'4401bc83d98b83bb9e435521edff688d05464bfb526706b987c1b7a7766ee721','a3bd52e72f223ac514456e97bde796b6d718a6b066c0e74f6418100519003d84');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-75a1-bcee-12c349a12c2a',6,1,'identity_confirmed',1,'gosuslugi/identity_confirmed/card_review','{"account":null,"channel":"host"}','{"event":{"answer_id":"answer to 019cae6b-6600-75a1-bcee-12c349a12c2a"},"facts":{"account":null,"account_digest":"d1.234d3a51.547462f27124044c959c4aa1f528354fabb1587deb1d7eed71aa157da3ff328b","answer_digest":"d1.234d3a51.81bd5365862259220a4b75c32c369340e3c555861aac09410d57d750245f7c43","answer_used":false,"card_digest":"","differs":false,"logins":["d1.234d3a51.9d353f1aecdd2cf672ee9df81b6f6e28548abaac233818d49677f9bbe5e20f48","d1.234d3a51.cced3b79faf374b59c1a7c8ff16bad219650079202493a565d78db06d46060f0"],"matches":[],"new_account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","new_card":"019cae6b-6600-76aa-b67a-43cf85d68a25","new_password":"019cae6b-6600-712e-9632-234f41029d91","own_card":null,"password":null}}','v1.019cae6b-6600-77a6-90fa-93a627a539c8.ECQhtbQ9aCKkc_HL.LZKeQ4aGTU-7aiKJ1Nkxvfju4ig0Ic0MhV6mI_xW4Tnwh61eEoXAoZ71kqn7jCWHADI5wmlAP6FQPXHbErFgwLPQLlLieRgeYv8Ccpk1HVnxp54VTEfrZi82XcnwP0x-hHFvOejbEbWwYZT36Yk_pG9U75XVIh11cmpcDqHuxsv_qSKlGoNgOl2QcbUssWYUWWIQe1sj8h6Iplm_w_0R_jRgDwFSdaNMcsbwp6PvAE0lFAWwjiuGXnuI7mKkusfMXN3fi0AlmUypSvXXNPukzgn2NZ4Gu3BidehECEClYZnNctJCMQh07VWXZ_yrcRN0Fu0RlRj-4-nUDtflwWwuIsCaZWazeeo0f50sYVylg6apfhHaobSnc7pMUZjdXf7HPRRg6rDwCX1vfDezHc8ATtR3jfh0g6jt7w_ItLN4odnwlRxZja8jtsPLRJ3jxnLZgQv7h5rF9lnT8rZmdwA2gTGRS-HjuYc6cJALiR5CEW0Ae9lrzBNRVqGV01ILurhwlZySrH_AwLRHMC8P3X4TrWcnqAX8hPXJdlbEmf8zWHao7l-_ksNbR9TqnIMKMwoGeZtgSlADaPssG7nVb0tdwqjA3A','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","claims":[["account","d1.234d3a51.547462f27124044c959c4aa1f528354fabb1587deb1d7eed71aa157da3ff328b","019cae6b-6600-72d6-8093-c1d9bbf6a48d"],["login","d1.234d3a51.9d353f1aecdd2cf672ee9df81b6f6e28548abaac233818d49677f9bbe5e20f48","019cae6b-6600-72d6-8093-c1d9bbf6a48d"],["login","d1.234d3a51.cced3b79faf374b59c1a7c8ff16bad219650079202493a565d78db06d46060f0","019cae6b-6600-72d6-8093-c1d9bbf6a48d"],["answer","d1.234d3a51.81bd5365862259220a4b75c32c369340e3c555861aac09410d57d750245f7c43","019cae6b-6600-75a1-bcee-12c349a12c2a"]],"evidence":["0a8aaa29270c46afd13028a4f50acaab244004c6791f14c815844fceb3af09a8"],"patch":{"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","denied":null,"identity":null,"matches":[],"password":"019cae6b-6600-712e-9632-234f41029d91"},"starts":{"patient_card":"019cae6b-6600-76aa-b67a-43cf85d68a25","portal_password":"019cae6b-6600-712e-9632-234f41029d91"},"state":"card_review","subject":"019cae6b-6600-72d6-8093-c1d9bbf6a48d"}',1772452800000000,'a3bd52e72f223ac514456e97bde796b6d718a6b066c0e74f6418100519003d84','034c5dac2fc7e6751b1617e0c256946ad01e331f3361e4b6a06448f7b9312725');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-76aa-b67a-43cf85d68a25',1,1,'open_card',1,'begin/open_card/unverified','{"account":null,"channel":"host"}','{"event":{"clinic_card":null},"facts":{}}','v1.019cae6b-6600-77a6-90fa-93a627a539c8.upWv9biMo0_m4N8B.qYZNStyZ9Asc_KzLwwuDAO666RmRJltmn8UOVAW55RkPiMY3UB7ahYZ5Iinl_MZ_JgiJLAos4kDJPQ_RMLCZSzG7Yhyn0LF93oZ4lA-9HUOXbN6vUHe9YeaOXL_315qMK0WL_ZjBLAxo6oMWPyWSpTIpS8KuouQkMMtJtij4hhuExuzQ4Ebg5TZv3zmN-t9SOJsnpBQ4dMb0TpWg5hgneYgsHnwvyCFN4aYreOXbjLIStpkHJ_ETGrVbSzuf0y6ajLQxZf7-1RbaYUppftdIeMNKSb5l0GNAPerlL0WWwtMM63eC1Ffdq9OQ2ck7O8lGeszY7fTq1HUI1AuTp898s2RFM4ea333bYFOyJsfcsV5esNtwnzRj0SsZdV0a6_DIsTEw34PxsFJhR_Fhl42_eZRcTOANSukpyLRhwwG3lmel2CcACkV2UhNyCTv4jE9-6dwWHPwC8CLuynWM61h_vMw-LfGbWgRK8fpzdw9T-82ZoO8fXAW90u_71HxKiZdDvlSgZKU5OGItoO4hWaqNp1lwQ63e8RK7zW36FAerD--gzrD3ov1ueliI-mPj-eOnOQ0smiApdloj1iTRRW9G2Cc784UJMetFtExJcIHTbtGztYn-enKG3iafeocs1sGUs6lrYUM-sws_sn351LHeSz-ePDgqC_ltJpoPmD27luDMU7lDKQqVx8C_68BEObHAOyBk8LUA10vzfhaTs2g86MhG6_XMS9HBrMV7PAyCyOlk6Lm0yB5kFlsoWWnaWCTFUKNiI3HxGHoAeNOUEkXX6ePndmn_BDZJItjlTVIu5Z20s0NHQIzGwx6cAs4bcaCuoPwL3bodz6-H-aEb60M6bxVMMefDY2oRROPnHSRLQOILa0Zsbp2kdL0vW6L7ByWu74Bd8UROxbarJ_w3-PXSA9UfV2S27yg0rH5xb1mC-7TnmT5bpU_bw5RbmZBLUQNhaSltCJXF7DNDAum84ot_OfAqFkQOumuGuDs2Jc5GgBeI8ogh1kVrXNEzHn7ez0Q4AJkxqKpBrXp6nZSXKooFCj5C8eREiAXEv_wrjCyGdaL4sCNOYT15EKO_RKjgCdfQko8wKzizj6pAATvLrnDa1ll37RLktcA2_Hd00OI075ihklO2MggmcEsSa1JR8QQUrQUwZgisYl2GcwTyM2lpT9XxDuPMycLgm3pLQYH6b1rxkcr8SU4Ses0tULgYQ1HxVrYMrj_BPGwiMSQcQcjyJnl6FQ_staJb3AEO68YjOfOsbNFTBReg1TCpdcpmy92zJF67I_S6A8HzVDvvzO4AhwoTxPXibdc5tFN_CcMzTrUDLBlAwLNMtp9uBrkFttzqd-Yah2jqIk12Q-61whQ9LkRBQqvXQw9gV4fjnP6feX0lZ_xEsVbCgcc-PdU21K7V-R6K1BXqkEIaBGtMa8y3RAFgAxyPAl_FIov5vHkX5UI0L3OWbTLeaI_RW4RSURhvZ8t8UNh0dgADlpKSpzcyD21FqeSRnBQ_kTy7mH0rjz1QceS-HotcI7Xfee5rB5xHPiVss9L5y6UitUp4gn4tuR99mZG_NnWcdWQFOZSbOV67v35zB_GUS-vrJ2F5Bu9R_WR7R4hVnE0-zwoDA-rHSpgbtR6Blw8YwKk03tk92sfg6nMA_6sze8ITjFksrsJ2eoRbgX7qK3zqLYu0YbmnvuijEZq1WAo9qCCODFV5alxU8Y8-MJdGD0OzvyMKWSG2zIwXLLsGWglWypi942cbXJlI_MZ1kNleuhROSCSk_wakZMWRsRQ9-hzgCvlWdBq2KTzrLBSLRe6UCIImQYqLHDaKridQcHCltLAMGYlYuKRM12W-9zER1ymIAIGQjVkA3hpuM17dNFxSDL2TWTLFFi5GeKJgoPnTv_00ue2iDW1ORlocg1M3sSmrIakBz8dqYRbssawJflmvqGZmV_L5o746mIlAvoJfFxpNoaqGVx6MseOIxYEBUd7KIM1A1kf-_Y4RRSpHk62eCxN0zljGAJd2Cn3rPdZhAoxINv41pJGP5NJIEg','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","key":"019cae6b-6600-77a6-90fa-93a627a539c8","patch":{"clinic_card":null,"kept":null,"news":null,"relative":false,"revision":1},"session":"nobody","state":"unverified","subject":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","timers":{}}',1772452800000000,'0000000000000000000000000000000000000000000000000000000000000000','d52d8ff91d4f6a981e88b996c30fdcf792ef37adab5007b19aa9dad00ca626db');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-712e-9632-234f41029d91',1,1,'open_password',1,'begin/open_password/absent','{"account":null,"channel":"host"}','{"event":{},"facts":{}}','v1.019cae6b-6600-77a6-90fa-93a627a539c8.NfxX1BBYWKi5qiZM.K6gEif0zfruZAeL3YZnbn6DUlS-PZ0vE-ISt0iSPoLpdhbHKQaFpLHxTErSnde2YPL8cgMn33ZGISRJaU5rG14j0fbq6EeRYxKlcYfh24WuINYts05EYcnzxX-crS0-XbCpat6kbGg4mUfwrxHHilpXrg7wXUKv9apJmETxjUz50tjTzCiZobTiAjRurO1JJjjeh3di16A','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","key":"019cae6b-6600-77a6-90fa-93a627a539c8","patch":{"hash":null},"session":"nobody","state":"absent","subject":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","timers":{}}',1772452800000000,'0000000000000000000000000000000000000000000000000000000000000000','b2455287bf28cd10f746f6b99d3e06909ac1d9e3e9b347df80339b9d3cf19b1a');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-75a1-bcee-12c349a12c2a',7,1,'confirm_card',1,'card_review/confirm_card/password_offer','{"account":null,"channel":"web"}','{"event":{},"facts":{}}',NULL,'{"patch":{},"sends":[["019cae6b-6600-76aa-b67a-43cf85d68a25","confirm"]],"state":"password_offer"}',1772452800000000,'034c5dac2fc7e6751b1617e0c256946ad01e331f3361e4b6a06448f7b9312725','4e8bd05a523692dcd6b93144bb778fd04f76690e832a21d8ba71408ccc58ef0d');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-76aa-b67a-43cf85d68a25',2,1,'confirm',1,'unverified/confirm/confirmed','{"account":null,"channel":"web"}','{"event":{},"facts":{}}',NULL,'{"patch":{},"state":"confirmed"}',1772452800000000,'d52d8ff91d4f6a981e88b996c30fdcf792ef37adab5007b19aa9dad00ca626db','4a154e966724c4bb67aa6bffcb5dbde34ea24fe060db059a55afcc3445a9f650');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-75a1-bcee-12c349a12c2a',8,1,'set_password',1,'password_offer/set_password/registered','{"account":null,"channel":"web"}','{"event":{},"facts":{}}',NULL,'{"patch":{},"sends":[["019cae6b-6600-712e-9632-234f41029d91","set_password"]],"state":"registered","timers":{}}',1772452800000000,'4e8bd05a523692dcd6b93144bb778fd04f76690e832a21d8ba71408ccc58ef0d','618352d039f042f88d90708bd2612b39f9615ef2e23f21c988ae6e1c58c0ad30');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-712e-9632-234f41029d91',2,1,'set_password',1,'absent/set_password/present','{"account":null,"channel":"web"}','{"event":{},"facts":{"problems":[]}}','v1.019cae6b-6600-77a6-90fa-93a627a539c8.6Yzn-F8ZZwWo3lDh.CPdA2WAjgYOt7yAU390JlK_Qf0UrwmsHToW2X8eYqSF3NTyoKicNj-iTpO5ZVE1kFlAUguemV9KDQouhF702IVaJOK96XKCkK81MV_slUb_VWjxgGjcQW6JnIzqSIEGSv3lj0UOMqNNjt6L7nkQd4MZlcdCSVndKRWzB3TtqFdquwywVk3N1tmr_9Jt7L7xFBXqs7uEV2kCe8WSaYgATDEGJ0ZKYnNOFX7oXTSzxlbAkFdWLvuWtvCu9AkLOH7qrFunwZk310uw_NW6jh6eXkJW7JGmWzlPs5a7KZObEUpRKHAf7umR7teXjnG5o2c7HM81R','{"patch":{},"state":"present"}',1772452800000000,'b2455287bf28cd10f746f6b99d3e06909ac1d9e3e9b347df80339b9d3cf19b1a','406f3e331057c18a26d2b5406fe4480dbb07d6f654d253a1a50a8ece31a346e0');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-79bb-a5c1-bda81e30848a',1,1,'begin_cabinet',1,'begin/begin_cabinet/closed','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","channel":"web"}','{"event":{},"facts":{}}',NULL,'{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","key":"019cae6b-6600-7cde-a2b0-712e2a2404b4","patch":{"advice":false,"channel":"web","clinics":[]},"session":"d1.234d3a51.06871377d41555f736153b4f79c5cdb8c50279b4ac61be6cfd983dc5840285de","state":"closed","subject":null,"timers":{}}',1772452800000000,'0000000000000000000000000000000000000000000000000000000000000000','708ccabb2cb02bf1f01ffa8a373b73a7a51a85abf973d34a96bca5f218558acd');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-79bb-a5c1-bda81e30848a',2,1,'open_cabinet',1,'closed/open_cabinet/health','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","channel":"web"}','{"event":{"channel":"web"},"facts":{"unchecked":false}}',NULL,'{"patch":{"channel":"web"},"state":"health"}',1772452800000000,'708ccabb2cb02bf1f01ffa8a373b73a7a51a85abf973d34a96bca5f218558acd','d1fcbe12f2a53c7eb0b8fe1cb11e3f32a331670fe13d427dc389be3bc6ae3d75');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-79bb-a5c1-bda81e30848a',3,1,'open_code_entry',1,'health/open_code_entry/health','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","channel":"web"}','{"event":{"by":"button"},"facts":{"attachment":"019cae6b-6600-7435-9349-cc68f941babd"}}',NULL,'{"patch":{},"starts":{"attachment":"019cae6b-6600-7435-9349-cc68f941babd"},"state":"health"}',1772452800000000,'d1fcbe12f2a53c7eb0b8fe1cb11e3f32a331670fe13d427dc389be3bc6ae3d75','07472d6afd4f2b39349c9c5a7e42ee10fb1c2ce8e4dd3e3a259c5bf1332b2457');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7435-9349-cc68f941babd',1,1,'begin_attachment',1,'begin/begin_attachment/code_entry','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","channel":"web"}','{"event":{"card":null,"channel":"web","entry":"health_hint"},"facts":{"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","consent_withdrawn":false,"text_sha256":"82b8505dfbe748a9db1ccd3ce763cd236917745471c07b585e2f1a80379063ad"}}',NULL,'{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","key":"019cae6b-6600-7296-9d1c-3528588773be","patch":{"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","channel":"web","clinic":null,"entry":"health_hint","right":null,"shown_at":"2026-03-02T12:00:00Z","text_sha256":"82b8505dfbe748a9db1ccd3ce763cd236917745471c07b585e2f1a80379063ad"},"session":"d1.234d3a51.06871377d41555f736153b4f79c5cdb8c50279b4ac61be6cfd983dc5840285de","state":"code_entry","subject":null,"timers":{"expire":[1772456400000000,1]}}',1772452800000000,'0000000000000000000000000000000000000000000000000000000000000000','94bc350b87fc26fff1ff9547b11413bf08a4e5bf613935fd8eec70bd2ace6644');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7082-bb98-8ae6a81ebe82',1,1,'issue',1,'begin/issue/issued','{"account":null,"channel":"host"}','{"event":{"clinic":"ural"},"facts":{"bound":true,"clinic_known":true,"digest":"d1.234d3a51.ab1422a772ac082710006f432867e0c6e2dd3d7c1530a8ddef68c66d866f9fa3"}}','v1.019cae6b-6600-7d23-bdba-ff8110d44316.MEYKqBL-eAaC82M5.rKOJ9lMfeeh94pi6Aa-ZO9fwExdpaAOGKvxSloPX2Kl3chvO_oX_oJikC43pZ80GD-pH8xbgCq2XqHcNcGcaVTZdOz151mUf7TTj3tlQ7GvqxoH9mU7QB4hUFyxoWQPc9YJWqROvzKZvTElx4z5wBerMky3sjw2iadUJ_-79xdb9f9qD8tyjiKUh3ZTYgiXmTEzQ845IBHnmHArEDb6aVsgr9aFGIui_ONwP4-ootvzgJrJa5MitWkkVqBsljfzlSKEG5-sEQj2GhnRoyiYT7o42-Q8dmS4MTHaQcceFtW_GT3-rhE7T19Z1dO1bnEADo1T2XJt_mqL8wTK2K-MrdXBfxtJ4ssb3XN8bVChuXHl_lIiv7wqGteTD9gkWZBZs8eR7zAW7aCVV8izLJ3UvQ_EDBSUZOsvU4k7cxlanFe_HqsPlJUwuxsK9Rkl2UC0','{"account":null,"claims":[["attachment_code","d1.234d3a51.ab1422a772ac082710006f432867e0c6e2dd3d7c1530a8ddef68c66d866f9fa3","019cae6b-6600-7082-bb98-8ae6a81ebe82"]],"key":"019cae6b-6600-7d23-bdba-ff8110d44316","patch":{"card":null,"clinic":"ural","right":null},"session":"nobody","state":"issued","subject":null,"timers":{"expire":[1773662400000000,1]}}',1772452800000000,'0000000000000000000000000000000000000000000000000000000000000000','0dd8d9fcbb206c8b801e62a960746cffe7d31b59e5b2d253f9eea08e114f1952');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7435-9349-cc68f941babd',2,1,'submit_code',1,'code_entry/submit_code/attached','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","channel":"web"}','{"event":{"text_sha256":"82b8505dfbe748a9db1ccd3ce763cd236917745471c07b585e2f1a80379063ad","text_version":"1"},"facts":{"attempt":{"alarm":false,"judgeable":true,"last":false,"locked_until":null,"retry_at":null},"clinic":"ural","code":"019cae6b-6600-7082-bb98-8ae6a81ebe82","consent_withdrawn":false,"fits":true,"foreign":false,"new_right":"019cae6b-6600-7551-8989-8d415c327cf3","own_right":null,"relative":false,"right_there":false,"stale":[],"subject":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","text_sha256":"82b8505dfbe748a9db1ccd3ce763cd236917745471c07b585e2f1a80379063ad"}}',NULL,'{"evidence":["1b4a6478b2b4aa554e025abdf36d86a9b4a82c09c52fe81050754e6983d6d27f"],"patch":{"clinic":"ural","right":"019cae6b-6600-7551-8989-8d415c327cf3"},"sends":[["019cae6b-6600-7082-bb98-8ae6a81ebe82","activate"],["019cae6b-6600-76aa-b67a-43cf85d68a25","clinic_attached"]],"starts":{"clinic_right":"019cae6b-6600-7551-8989-8d415c327cf3"},"state":"attached","timers":{}}',1772452800000000,'94bc350b87fc26fff1ff9547b11413bf08a4e5bf613935fd8eec70bd2ace6644','521ca1126e605edc0d0edff5d1201bcb229904257bb316a6ea7c16131b3f67f2');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7082-bb98-8ae6a81ebe82',2,1,'activate',1,'issued/activate/activated','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","channel":"web"}','{"event":{"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","right":"019cae6b-6600-7551-8989-8d415c327cf3","subject":"019cae6b-6600-72d6-8093-c1d9bbf6a48d"},"facts":{}}',NULL,'{"account":null,"patch":{"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","right":"019cae6b-6600-7551-8989-8d415c327cf3"},"state":"activated","subject":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","timers":{}}',1772452800000000,'0dd8d9fcbb206c8b801e62a960746cffe7d31b59e5b2d253f9eea08e114f1952','9d2ea90aee902556a27fd42fb54a628020148d086fc61a43c75e024cebcd317a');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7551-8989-8d415c327cf3',1,1,'grant',1,'begin/grant/granted','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","channel":"web"}','{"event":{"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","clinic":"ural","code":"019cae6b-6600-7082-bb98-8ae6a81ebe82"},"facts":{}}',NULL,'{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","effects":["StartExport"],"key":"019cae6b-6600-7d23-bdba-ff8110d44316","patch":{"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","clinic":"ural","code":"019cae6b-6600-7082-bb98-8ae6a81ebe82","delivered":0},"session":"nobody","state":"granted","subject":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","timers":{}}',1772452800000000,'0000000000000000000000000000000000000000000000000000000000000000','b1525bff2c0d3cebeeacaaa9322325143e7d1e26d1e672cb44c63afd8f7f1050');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-76aa-b67a-43cf85d68a25',3,1,'clinic_attached',1,'confirmed/clinic_attached/confirmed','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","channel":"web"}','{"event":{"right":"019cae6b-6600-7551-8989-8d415c327cf3"},"facts":{}}',NULL,'{"patch":{},"state":"confirmed"}',1772452800000000,'4a154e966724c4bb67aa6bffcb5dbde34ea24fe060db059a55afcc3445a9f650','26cd79dc7d6dfede7ae0a83fc59485f67c5c12211c7c5b8d8f4561b917112ec8');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7fb9-ae1b-c209fd7c7382',1,1,'issue',1,'begin/issue/issued','{"account":null,"channel":"host"}','{"event":{"clinic":"volga"},"facts":{"bound":true,"clinic_known":true,"digest":"d1.234d3a51.3f38d9b1fe6d3df8e68f0449c49e70666d98ecff1527992929df9c140d51c37f"}}','v1.019cae6b-6600-7c65-a209-c63372894ca1.ejGu7nAwclB4xuHe.DMCPetiatgvoVGQXoxbGRMuCp8v7xVyW8zf4IlKXC7XQC1vgTaUcxgCodg6CI1-TEC2AiDR4fBv2qVRrF5-qGDLlZzWwtVHunO-y1RIKhOsXLG3LCfsG7Kua-EDIhJopthTgnEqcWsRyCNxExN0loxWTnfUptWdSz7e6AfeZxkfSZB8l36oCQ_sLGyDz1Ky1gHeJN0gaedRQ6I-7T-SHGWyo5ZjGt5aXqu4CBJ17l2yUsFumCIuZAtaDPlQ05FBrNQI7Ep57pNwdX_diQQ5GrooRoAEXXPDg1hKnF0wpZYOq3RtY38myDmZMWIC847NGCzmV6yNd4Iv9VwSjZ2Qedortiuj9_I_HXs2Zz6FSVK_hGjsHup9kV262nVFeutWbf2mtf6OoPSeAKIggE6MgoPM6J9TVjYBQu1B3KOkHg2GYKRwQSg0yx-Zt8U989So','{"account":null,"claims":[["attachment_code","d1.234d3a51.3f38d9b1fe6d3df8e68f0449c49e70666d98ecff1527992929df9c140d51c37f","019cae6b-6600-7fb9-ae1b-c209fd7c7382"]],"key":"019cae6b-6600-7c65-a209-c63372894ca1","patch":{"card":null,"clinic":"volga","right":null},"session":"nobody","state":"issued","subject":null,"timers":{"expire":[1773662400000000,1]}}',1772452800000000,'0000000000000000000000000000000000000000000000000000000000000000','1e13161f17798675bc866868a48adcc181815a945a32cc94065ae55dc021e57a');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7dd3-9951-6ff9cdeda0eb',1,1,'begin_cabinet',1,'begin/begin_cabinet/closed','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","channel":"web"}','{"event":{},"facts":{}}',NULL,'{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","key":"019cae6b-6600-76ee-9da6-51cd7a78204a","patch":{"advice":false,"channel":"web","clinics":[]},"session":"d1.234d3a51.06871377d41555f736153b4f79c5cdb8c50279b4ac61be6cfd983dc5840285de","state":"closed","subject":null,"timers":{}}',1772452800000000,'0000000000000000000000000000000000000000000000000000000000000000','86718da9095152f65ed791e549f4ef0cd11ae6c2f9e5418732fd5666f5e779ec');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7dd3-9951-6ff9cdeda0eb',2,1,'open_cabinet',1,'closed/open_cabinet/health','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","channel":"web"}','{"event":{"channel":"web"},"facts":{"unchecked":false}}',NULL,'{"patch":{"channel":"web"},"state":"health"}',1772452800000000,'86718da9095152f65ed791e549f4ef0cd11ae6c2f9e5418732fd5666f5e779ec','2d27aa1c4ce64809b7d331c352cd55726b367129ca1a6ea515a677ca6c89e2f5');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7dd3-9951-6ff9cdeda0eb',3,1,'open_code_entry',1,'health/open_code_entry/health','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","channel":"web"}','{"event":{"by":"button"},"facts":{"attachment":"019cae6b-6600-74af-a9c4-7a921bb02ef5"}}',NULL,'{"patch":{},"starts":{"attachment":"019cae6b-6600-74af-a9c4-7a921bb02ef5"},"state":"health"}',1772452800000000,'2d27aa1c4ce64809b7d331c352cd55726b367129ca1a6ea515a677ca6c89e2f5','869bfc870256020b3b917e429c13a5e4f712ec456eea32e325569251bef8c8ab');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-74af-a9c4-7a921bb02ef5',1,1,'begin_attachment',1,'begin/begin_attachment/code_entry','{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","channel":"web"}','{"event":{"card":null,"channel":"web","entry":"health_hint"},"facts":{"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","consent_withdrawn":false,"text_sha256":"82b8505dfbe748a9db1ccd3ce763cd236917745471c07b585e2f1a80379063ad"}}',NULL,'{"account":"019cae6b-6600-72d6-8093-c1d9bbf6a48d","key":"019cae6b-6600-7b20-90a5-871d7f8bd3e5","patch":{"card":"019cae6b-6600-76aa-b67a-43cf85d68a25","channel":"web","clinic":null,"entry":"health_hint","right":null,"shown_at":"2026-03-02T12:00:00Z","text_sha256":"82b8505dfbe748a9db1ccd3ce763cd236917745471c07b585e2f1a80379063ad"},"session":"d1.234d3a51.06871377d41555f736153b4f79c5cdb8c50279b4ac61be6cfd983dc5840285de","state":"code_entry","subject":null,"timers":{"expire":[1772456400000000,1]}}',1772452800000000,'0000000000000000000000000000000000000000000000000000000000000000','c3cf4a36f9b9705271120ffa61585836e317cc7b6d782263fa78d4b75daa4973');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7977-a887-c4ee02ff8a5b',1,1,'begin_registration',1,'begin/begin_registration/region','{"account":null,"channel":"web"}','{"event":{},"facts":{}}',NULL,'{"account":null,"key":"019cae6b-6600-72d2-b3e1-7a8ebc4a23a7","patch":{"accepted":false,"at_sms":false,"card":null,"denied":null,"identity":null,"matches":[],"password":null,"region":null,"shown_at":null,"support_asked":false,"text_sha256":null,"text_version":null,"verifying":false,"via":null},"session":"d1.234d3a51.66c7faf5520a1b1dd29aa81ac1336eacb905b915bb93b51f4457d92f7469717f","state":"region","subject":null,"timers":{"expire":[1772539200000000,1]}}',1772452800000000,'0000000000000000000000000000000000000000000000000000000000000000','649dc238c5e8a1f1d5b5741ad22ed8240409cb4a770b612b115fb9a196b37864');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7977-a887-c4ee02ff8a5b',2,1,'choose_region',1,'region/choose_region/main_page','{"account":null,"channel":"web"}','{"event":{"region":"74"},"facts":{"problems":[]}}',NULL,'{"patch":{"region":"74"},"state":"main_page"}',1772452800000000,'649dc238c5e8a1f1d5b5741ad22ed8240409cb4a770b612b115fb9a196b37864','c7cd7f269559cfbc3c72174281841237f170d2969a85f1fcf4d3ec622e728a50');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7977-a887-c4ee02ff8a5b',3,1,'register',1,'main_page/register/consent','{"account":null,"channel":"web"}','{"event":{},"facts":{"sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","version":"1"}}',NULL,'{"patch":{"shown_at":"2026-03-02T12:00:00Z","text_sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","text_version":"1"},"state":"consent"}',1772452800000000,'c7cd7f269559cfbc3c72174281841237f170d2969a85f1fcf4d3ec622e728a50','7644d3363ae6f631b530b7389be4c1bdbe2c162dc73911d338fdaa0e4061207d');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7977-a887-c4ee02ff8a5b',4,1,'accept_consent',1,'consent/accept_consent/gosuslugi.entry','{"account":null,"channel":"web"}','{"event":{"text_sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","text_version":"1"},"facts":{"sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","version":"1"}}',NULL,'{"evidence":["7ed78590909d61bf4b8479a5a574085e1d513bb78a3fe523ccdcf8de70e5b89f"],"patch":{"accepted":true,"text_sha256":"23902f4a499cf74a8c247611fa6b4eb180b9f26839487c6c2f98858cbdf0a2ab","text_version":"1"},"state":"gosuslugi.entry"}',1772452800000000,'7644d3363ae6f631b530b7389be4c1bdbe2c162dc73911d338fdaa0e4061207d','510a497c26a2f404ed183ed4bf1f65e92464e3a533d16427264219da06c1f8dd');
INSERT INTO "registratura_log" VALUES('019cae6b-6600-7977-a887-c4ee02ff8a5b',5,1,'go_to_gosuslugi',1,'gosuslugi.entry/go_to_gosuslugi/gosuslugi.first_stage','{"account":null,"channel":"web"}','{"event":{"via":"button"},"facts":{}}',NULL,'{"patch":{"at_sms":false,"denied":null,"via":"button"},"state":"gosuslugi.first_stage"}',1772452800000000,'510a497c26a2f404ed183ed4bf1f65e92464e3a533d16427264219da06c1f8dd','900fffc7d3bf68f0a797a3a5bb8b228759af2e596c642c3c11c47519315585c9');
CREATE TABLE registratura_meta (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
)
 WITHOUT ROWID

;
INSERT INTO "registratura_meta" VALUES('key_check','c1 master.234d3a51.3847efa47d841be75e43bb6b150b6ef5dfdcab5dbab041931ab9a0ebb744a540 digest.234d3a51.4ae9053168f4372ae49117efb6877824d628b5be48e6ebe7684711aaffbfb0a4 sign.234d3a51.f75263627fe4db04a3926e07314776ba9d3de5bcde9e3a20bb813734be31924d');
INSERT INTO "registratura_meta" VALUES('schema_version','1');
CREATE TABLE registratura_security_events (
	id TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	flow_id TEXT, 
	kind TEXT NOT NULL, 
	details TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE registratura_tickets (
	id TEXT NOT NULL, 
	flow_id TEXT NOT NULL, 
	request TEXT NOT NULL, 
	verdict TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	spent BIGINT NOT NULL, 
	PRIMARY KEY (id)
)
 WITHOUT ROWID

;
INSERT INTO "registratura_tickets" VALUES('019cae6b-6600-7e34-a719-6159893fcb98','019cae6b-6600-7435-9349-cc68f941babd','d1.234d3a51.751398db173fd7ebf7b9d497c50f728bedcf9a7c37627d188cecea9ce4b563f0','{"judgeable": true, "levels": {"d1.234d3a51.4a6770838cd064853cb3b76eb8bd256223e77f26ab64584e062f086b7e83d561": 0, "d1.234d3a51.865ba46a9c00ef1db339068eeb66c19d5519e06aeaf01535c5cc2478ba614321": 0, "d1.234d3a51.820c104279fb5725a2f632973c4c486890109bb72a882408671ef9c0552a2908": 0}}',1772452800000000,1);
CREATE TABLE registratura_timers (
	flow_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	epoch BIGINT NOT NULL, 
	due BIGINT NOT NULL, 
	PRIMARY KEY (flow_id, kind)
)
 WITHOUT ROWID

;
INSERT INTO "registratura_timers" VALUES('019cae6b-6600-74af-a9c4-7a921bb02ef5','expire',1,1772456400000000);
INSERT INTO "registratura_timers" VALUES('019cae6b-6600-7977-a887-c4ee02ff8a5b','expire',1,1772539200000000);
INSERT INTO "registratura_timers" VALUES('019cae6b-6600-7fb9-ae1b-c209fd7c7382','expire',1,1773662400000000);
CREATE TABLE registratura_web_handovers (
	id TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	token TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE registratura_web_sessions (
	id TEXT NOT NULL, 
	account TEXT, 
	created_at BIGINT NOT NULL, 
	seen_at BIGINT NOT NULL, 
	data TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "registratura_web_sessions" VALUES('digest of a token','account',1,2,'sealed');
CREATE TABLE registratura_web_visits (
	id TEXT NOT NULL, 
	session TEXT NOT NULL, 
	flow_id TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	spent BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX registratura_effects_due ON registratura_effects (status, due);
CREATE INDEX registratura_effects_of_flow ON registratura_effects (flow_id);
CREATE INDEX registratura_flows_of_account ON registratura_flows (account, flow);
CREATE INDEX registratura_idempotency_at ON registratura_idempotency (at);
CREATE INDEX registratura_keys_of_subject ON registratura_keys (subject);
CREATE INDEX registratura_security_events_at ON registratura_security_events (at);
CREATE INDEX registratura_tickets_at ON registratura_tickets (at);
CREATE INDEX registratura_timers_due ON registratura_timers (due);
CREATE INDEX registratura_web_sessions_of_account ON registratura_web_sessions (account);
COMMIT;
