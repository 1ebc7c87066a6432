--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: zato_sso_attr; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.zato_sso_attr (
    id integer NOT NULL,
    creation_time timestamp without time zone NOT NULL,
    last_modified timestamp without time zone,
    expiration_time timestamp without time zone,
    is_session_attr boolean NOT NULL,
    is_encrypted boolean NOT NULL,
    serial_method character varying(20) NOT NULL,
    name character varying(191) NOT NULL,
    value text,
    _ust_string character varying(191) NOT NULL,
    opaque1 text,
    user_id character varying(191) NOT NULL,
    ust character varying(191)
);


--
-- Name: zato_sso_attr_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.zato_sso_attr_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: zato_sso_flow_prt_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.zato_sso_flow_prt_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: zato_sso_group; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.zato_sso_group (
    id integer NOT NULL,
    is_active boolean NOT NULL,
    is_internal boolean NOT NULL,
    group_id character varying(191) NOT NULL,
    name character varying(191) NOT NULL,
    source character varying(191) NOT NULL,
    opaque1 text,
    parent_id integer
);


--
-- Name: zato_sso_group_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.zato_sso_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: zato_sso_linked_auth; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.zato_sso_linked_auth (
    id integer NOT NULL,
    is_active boolean NOT NULL,
    is_internal boolean NOT NULL,
    creation_time timestamp without time zone NOT NULL,
    last_modified timestamp without time zone,
    has_ext_principal boolean NOT NULL,
    auth_type text NOT NULL,
    auth_id integer,
    auth_principal text,
    auth_source text NOT NULL,
    opaque1 text,
    user_id character varying(191) NOT NULL
);


--
-- Name: zato_sso_linked_auth_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.zato_sso_linked_auth_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: zato_sso_password_reset; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.zato_sso_password_reset (
    id integer NOT NULL,
    creation_time timestamp without time zone NOT NULL,
    expiration_time timestamp without time zone NOT NULL,
    creation_ctx text NOT NULL,
    token character varying(191) NOT NULL,
    type_ character varying(191) NOT NULL,
    reset_key character varying(191) NOT NULL,
    reset_key_exp_time timestamp without time zone NOT NULL,
    has_been_accessed boolean NOT NULL,
    access_time timestamp without time zone,
    access_ctx text,
    is_password_reset boolean NOT NULL,
    password_reset_time timestamp without time zone,
    password_reset_ctx text,
    opaque1 text,
    user_id character varying(191) NOT NULL
);


--
-- Name: zato_sso_session; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.zato_sso_session (
    id integer NOT NULL,
    ust character varying(191) NOT NULL,
    creation_time timestamp without time zone NOT NULL,
    expiration_time timestamp without time zone NOT NULL,
    remote_addr text NOT NULL,
    user_agent text NOT NULL,
    auth_type text NOT NULL,
    auth_principal text NOT NULL,
    ext_session_id text,
    opaque1 text,
    user_id integer NOT NULL
);


--
-- Name: zato_sso_sid_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.zato_sso_sid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: zato_sso_ug_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.zato_sso_ug_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: zato_sso_user; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.zato_sso_user (
    id integer NOT NULL,
    user_id character varying(191) NOT NULL,
    is_active boolean NOT NULL,
    is_internal boolean NOT NULL,
    is_super_user boolean NOT NULL,
    is_locked boolean NOT NULL,
    locked_time timestamp without time zone,
    creation_ctx text NOT NULL,
    locked_by character varying(191),
    approval_status character varying(191) NOT NULL,
    approval_status_mod_time timestamp without time zone NOT NULL,
    approval_status_mod_by character varying(191) NOT NULL,
    username character varying(191) NOT NULL,
    password text NOT NULL,
    password_is_set boolean NOT NULL,
    password_must_change boolean NOT NULL,
    password_last_set timestamp without time zone NOT NULL,
    password_expiry timestamp without time zone NOT NULL,
    sign_up_status character varying(191) NOT NULL,
    sign_up_time timestamp without time zone NOT NULL,
    sign_up_confirm_time timestamp without time zone,
    sign_up_confirm_token character varying(191) NOT NULL,
    email text,
    display_name character varying(191),
    first_name character varying(191),
    middle_name character varying(191),
    last_name character varying(191),
    display_name_upper character varying(191),
    first_name_upper character varying(191),
    middle_name_upper character varying(191),
    last_name_upper character varying(191),
    is_rate_limit_active boolean,
    rate_limit_type character varying(40),
    rate_limit_def text,
    rate_limit_check_parent_def boolean,
    is_totp_enabled boolean DEFAULT false NOT NULL,
    totp_key text,
    totp_label text,
    opaque1 text
);


--
-- Name: zato_sso_user_group; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.zato_sso_user_group (
    id integer NOT NULL,
    opaque1 text,
    user_id integer NOT NULL,
    group_id integer NOT NULL
);


--
-- Name: zato_sso_user_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.zato_sso_user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Data for Name: zato_sso_attr; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.zato_sso_attr VALUES (1, '2026-11-23 19:31:50.831496', '2026-11-23 19:31:50.831496', '9999-12-31 00:00:00', false, false, 'json', 'theme', '"dark"', '', 'null', 'zusr2999k4dygr9nc897qms5jcasah', NULL);
INSERT INTO public.zato_sso_attr VALUES (2, '2026-11-23 19:31:50.835415', '2026-11-23 19:31:50.835415', '9999-12-31 00:00:00', false, true, 'json', 'pin', '"gAAAAABrBJSmUMn6oxmdZR7rzeWEV3O5Uf0CmwezcsPPjcs5-hlicftCwIEqyyXbRqjjuq1-HHznY1j9BWM4KPfkRt19eZzWh6jNtQT73v-WP1raa6x_llk="', '', 'null', 'zusr2999k4dygr9nc897qms5jcasah', NULL);
INSERT INTO public.zato_sso_attr VALUES (3, '2026-11-23 19:31:51.057152', '2026-11-23 19:31:51.057152', '9999-12-31 00:00:00', false, false, 'json', 'department', '"Finance"', '', 'null', 'zusr2z3ajmahrk88fv9te3jzbhyfyd', NULL);
INSERT INTO public.zato_sso_attr VALUES (4, '2026-11-23 19:31:51.059543', '2026-11-23 19:31:51.059543', '9999-12-31 00:00:00', false, false, 'json', 'numbers', '[1,2,{"a":null}]', '', 'null', 'zusr2z3ajmahrk88fv9te3jzbhyfyd', NULL);
INSERT INTO public.zato_sso_attr VALUES (5, '2026-11-23 19:31:51.061306', '2026-11-23 19:31:51.061306', '9999-12-31 00:00:00', false, true, 'json', 'api_secret', '"gAAAAABrBJSntVSmR4Y6l_ix4BjYDbyKB9DsW4fyvly1TtSyy_BvdgaPz3y0gi2vdj8JfixJY54pcDJpnUJJuFjm3ksCDPHhObZsQCo9fuFdrNHP68DcVGc="', '', 'null', 'zusr2z3ajmahrk88fv9te3jzbhyfyd', NULL);
INSERT INTO public.zato_sso_attr VALUES (6, '2026-11-23 19:31:51.063339', '2026-11-23 19:31:51.063339', '2046-11-18 19:31:51.063339', false, false, 'json', 'long-lived', '"x"', '', 'null', 'zusr2z3ajmahrk88fv9te3jzbhyfyd', NULL);
INSERT INTO public.zato_sso_attr VALUES (7, '2026-11-23 19:31:51.311928', '2026-11-23 19:31:51.311928', '9999-12-31 00:00:00', false, false, 'json', 'note', '""', '', 'null', 'zusrkjjsz6p2d9239me90rqhmm484', NULL);
INSERT INTO public.zato_sso_attr VALUES (8, '2026-11-23 19:31:51.366071', '2026-11-23 19:31:51.366071', '2046-11-18 19:31:51.366071', true, false, 'json', 'cart', '"abc"', 'zust3ggchwrfck9pj8ep4q4qxxnp25', 'null', 'zusr2z3ajmahrk88fv9te3jzbhyfyd', 'zust3ggchwrfck9pj8ep4q4qxxnp25');


--
-- Data for Name: zato_sso_group; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: zato_sso_linked_auth; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: zato_sso_password_reset; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.zato_sso_password_reset VALUES (1, '2026-11-23 19:31:51.370145', '2076-11-10 19:31:51.370145', '"{\"remote_addr\":[\"127.0.0.1\"],\"user_agent\":\"fixture\\\/1.0\",\"has_remote_addr\":false,\"has_user_agent\":false}"', '39bntxvnt9frrgvg8azvz6chv', 'prt', 'zprtrkey4zej7ep5cs9q5vmxbhg3ysse66', '2076-11-10 19:31:51.370145', false, NULL, NULL, false, NULL, NULL, '"null"', 'zusr2z3ajmahrk88fv9te3jzbhyfyd');


--
-- Data for Name: zato_sso_session; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.zato_sso_session VALUES (1, 'zust6kwezqdfxp8pzsjesfbzetrq5c', '2026-11-23 19:31:50.711287', '2076-11-10 19:31:50.711287', '127.0.0.1', 'fixture/1.0', 'default', 'fixture.admin1', '', '"{\"session_state_change_list\":[{\"remote_addr\":\"127.0.0.1\",\"user_agent\":\"fixture\\\/1.0\",\"timestamp_utc\":\"2026-11-23T19:31:50.711287\",\"ctx_source\":\"login\",\"idx\":1}]}"', 1);
INSERT INTO public.zato_sso_session VALUES (2, 'zust35gfjd1hw08nz8cck0ttxsbdmb', '2026-11-23 19:31:50.824335', '2076-11-10 19:31:50.824335', '127.0.0.1', 'fixture/1.0', 'default', 'fixture.admin1', '', '"{\"session_state_change_list\":[{\"remote_addr\":\"127.0.0.1\",\"user_agent\":\"fixture\\\/1.0\",\"timestamp_utc\":\"2026-11-23T19:31:50.824335\",\"ctx_source\":\"login\",\"idx\":1}]}"', 1);
INSERT INTO public.zato_sso_session VALUES (3, 'zust3ggchwrfck9pj8ep4q4qxxnp25', '2026-11-23 19:31:51.050015', '2076-11-10 19:31:51.050015', '127.0.0.1', 'fixture/1.0', 'default', 'fixture.jane', '', '"{\"session_state_change_list\":[{\"remote_addr\":\"127.0.0.1\",\"user_agent\":\"fixture\\\/1.0\",\"timestamp_utc\":\"2026-11-23T19:31:51.050015\",\"ctx_source\":\"login\",\"idx\":1}]}"', 2);
INSERT INTO public.zato_sso_session VALUES (4, 'zust1dcepgakvf9jrt6bf6zfy84ps6', '2026-11-23 19:31:51.306309', '2076-11-10 19:31:51.306309', '127.0.0.1', 'fixture/1.0', 'default', 'fixture.noemail', '', '"{\"session_state_change_list\":[{\"remote_addr\":\"127.0.0.1\",\"user_agent\":\"fixture\\\/1.0\",\"timestamp_utc\":\"2026-11-23T19:31:51.306309\",\"ctx_source\":\"login\",\"idx\":1}]}"', 3);


--
-- Data for Name: zato_sso_user; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.zato_sso_user VALUES (1, 'zusr2999k4dygr9nc897qms5jcasah', true, false, true, false, NULL, 'null', NULL, 'approved', '2026-11-23 19:31:50.276689', 'auto', 'fixture.admin1', 'gAAAAABrBJSm9LVJoqMbq_-ys62lwOEn-8csuPv0K2Cucab0Mu-U15NX7zX0ugo6tTp14apwwjjmKI0a1THLfZAGRlz3BvVES0zyJVCG_6IA2STOWtU_SfUo2gzEeAyT-z772vAbIJRNwcJaJBki29XSW57-vl68nXu6iMYZ4uKWu6DSGzsMH5DotvItRAJS0-thIvFOuRURLNJl28ctERR4WiJzYFKFAwVa98V9UXc3xfjeh87LgTiyTqjVutX79mx0dtoaJj4x4mFMyuvXravQII7AerM8pMscA4V4dshe6gvyvpsHyYHRvUhxS7J6EavRx7304t10bDl358uhINWjSUYEqez7GA==', true, false, '2026-11-23 19:31:50.276689', '2126-10-30 19:31:50.276689', 'final', '2026-11-23 19:31:50.276689', NULL, 'cli.HlhCJPf7xEMybVomenz3BPP91PXq8d3u2Tzwj4E6GgY=', 'gAAAAABrBJSm-eYBkKLH9gwG8YK_WUp3qTisf_F0TVeujkTepqrI0pUtewnuX_VEH5u0L16NP2M2d-ZnDwp6ptoVu2w43Qfp-M8lkle7taNQJMSNY4D318c=', 'Admin One', NULL, NULL, NULL, 'ADMIN ONE', NULL, NULL, NULL, false, 'EXACT', NULL, false, true, 'gAAAAABrBJSmPm3m_WaRHKKga5yKPgJwN58rNI8-IdreqpOxdgyKTTWmy12llHc5VEV7xyHE2ZQdauzEjt5eFzSGhVzXhS_9AhUvhzYkglFQOSuuvd01Ht4=', 'gAAAAABrBJSm8qX7dufaQ2abhZL31Lu8vFM_7Ru8yU9dxuwvxuuui3HHl8Dqtot1IfNZkUfSniObLHnbZgIvUWaMTnutS2qMbg==', 'null');
INSERT INTO public.zato_sso_user VALUES (2, 'zusr2z3ajmahrk88fv9te3jzbhyfyd', true, false, false, false, NULL, 'null', NULL, 'approved', '2026-11-23 19:31:50.839917', 'auto', 'fixture.jane', 'gAAAAABrBJSm9dqF8MBk9Fs8jZ2CGf0UkH9lBpXkDpg9MqY7yo6gub77_BeZboFmbqeVfbbG164qZM-YGcqVqNsty-_yJe20FFrYs2sveqVWm_EcK0ZiQ1i-bQSVEEHs_2P5GxiZoU2-sWzujET5nQXYOM4KuKO2hqixGptcssYm1EhketUtjNiB2_iDuaxuWbKXWsyMxCyQgp2aMKeUXHdE2s8lJ5zCwuP57DlmVOiXISHYvYIexhI5aqfPf6jiQysgHLR-SjkGN1WOOF-vx5Z40_qHaqCz-sK3rePamUvby1wCEtxpB3nQ8Ov1ut27BfZq7bJFyd_AJsTHxTcDGnwkP2XmeivVEA==', true, false, '2026-11-23 19:31:50.839917', '2126-10-30 19:31:50.839917', 'final', '2026-11-23 19:31:50.839917', NULL, 'fw3xJrMd3X0ysDGu6beXiS9lGZ_xu959', 'gAAAAABrBJSmGELBgYtNalzSN9hSkiLSBNraIcW4P2cuN6dJtQgmzYtwG5XQOKGz8RDouznMGpcI3IW2EE1sg4VRRaD0fqJdk-5D7LO2FVmEJf8sJ3MawO8=', 'Jane Zażółć Doe', 'Jane', 'Zażółć', 'Doe', NULL, 'JANE', 'ZAŻÓŁĆ', 'DOE', false, 'EXACT', NULL, false, false, 'gAAAAABrBJSmwCzpO0zLF59837JNAn-oCIMIJSy1JnKuGhzl8CA9qIxiBZ9HCnjZU4BdPB50zMef1kTTz3a-MZQe1bpLaAtU4XxQxd4BI3IofcCo1kKiMIkgCZrhxci3S81xFMRbORd8', 'gAAAAABrBJSm6ZJaVctLOMGfL3_OwTKIEar9dwP3wq0bfKOy8Z4c_OL9txQrKiXp5DuQV_UEsNFW27MF2zvBPtH_TAHPCAv36w==', 'null');
INSERT INTO public.zato_sso_user VALUES (3, 'zusrkjjsz6p2d9239me90rqhmm484', true, false, false, false, NULL, 'null', NULL, 'approved', '2026-11-23 19:31:51.123405', 'auto', 'fixture.noemail', 'gAAAAABrBJSnMbcb1ytSfrtSrJq8mgH0Lm_sBa4oiw3PmXUeuw7s1y2HOErzOhxK6tlMd5Oz2XeH31QNCfUakU2lOpE8BVWsMjSQNQ1urqmecOUDHBBBtjqSw3SqVhRGd6kkzg0G3qhxrQ7-RQcfwADM-04XzWjU7CoPUpHXoiJxEZYXvm5bSExTvSq_vQAkIRnrWSL2tWY0Js-JqqqITsCP_3onEB5TOQD_Cm_U3covdxjmzsSQT5Bufc3crXU-ZBHnU069TlboC6MnQy3ZnLwS2jmAROEya3sNEYtl5qIBzYWVeaDogwmjr7czTEFByCbgFvuzBxDDA0xf2tGla8bIgCBMLch2KQ==', true, false, '2026-11-23 19:31:51.123405', '2126-10-30 19:31:51.123405', 'final', '2026-11-23 19:31:51.123405', NULL, 'fHxCbv7EoQQ_05xowN5vtM_t-24pALvh', NULL, 'No Email', NULL, NULL, NULL, 'NO EMAIL', NULL, NULL, NULL, false, 'EXACT', NULL, false, false, 'gAAAAABrBJSn5WyQ2PCSnNAfJmHfwyWBBpnqAItgakLZVNWhyOUE-KmUvIH2PaWetfX9UL7_2I_kMOcH0F08UVl-scuCmENphochMVf4AihuOT1o5CHYRBFe6g8mEqh_3LarBDKLr-Cp', 'gAAAAABrBJSnFEneEyAQnSYYyaVV6Cm4s_s_EWJpx-X-kvV2E73M9DmqX7KfJpWDzGRoUCap_tx7x4eOklXy6b7XJxUh5Nh0MA==', 'null');


--
-- Data for Name: zato_sso_user_group; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: zato_sso_attr_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.zato_sso_attr_seq', 8, true);


--
-- Name: zato_sso_flow_prt_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.zato_sso_flow_prt_seq', 1, true);


--
-- Name: zato_sso_group_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.zato_sso_group_id_seq', 1, false);


--
-- Name: zato_sso_linked_auth_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.zato_sso_linked_auth_seq', 1, false);


--
-- Name: zato_sso_sid_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.zato_sso_sid_seq', 4, true);


--
-- Name: zato_sso_ug_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.zato_sso_ug_seq', 1, false);


--
-- Name: zato_sso_user_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.zato_sso_user_id_seq', 3, true);


--
-- Name: zato_sso_attr zato_attr_name_uq; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_attr
    ADD CONSTRAINT zato_attr_name_uq UNIQUE (name, is_session_attr, user_id, _ust_string);


--
-- Name: zato_sso_group zato_g_gid_uq; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_group
    ADD CONSTRAINT zato_g_gid_uq UNIQUE (group_id);


--
-- Name: zato_sso_group zato_g_name_uq; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_group
    ADD CONSTRAINT zato_g_name_uq UNIQUE (name, source);


--
-- Name: zato_sso_attr zato_sso_attr_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_attr
    ADD CONSTRAINT zato_sso_attr_pkey PRIMARY KEY (id);


--
-- Name: zato_sso_group zato_sso_group_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_group
    ADD CONSTRAINT zato_sso_group_pkey PRIMARY KEY (id);


--
-- Name: zato_sso_linked_auth zato_sso_linked_auth_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_linked_auth
    ADD CONSTRAINT zato_sso_linked_auth_pkey PRIMARY KEY (id);


--
-- Name: zato_sso_password_reset zato_sso_password_reset_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_password_reset
    ADD CONSTRAINT zato_sso_password_reset_pkey PRIMARY KEY (id);


--
-- Name: zato_sso_session zato_sso_session_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_session
    ADD CONSTRAINT zato_sso_session_pkey PRIMARY KEY (id);


--
-- Name: zato_sso_user_group zato_sso_user_group_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_user_group
    ADD CONSTRAINT zato_sso_user_group_pkey PRIMARY KEY (id);


--
-- Name: zato_sso_user zato_sso_user_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_user
    ADD CONSTRAINT zato_sso_user_pkey PRIMARY KEY (id);


--
-- Name: zato_sso_user zato_u_usrn_uq; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_user
    ADD CONSTRAINT zato_u_usrn_uq UNIQUE (username);


--
-- Name: zato_sso_user_group zato_ug_id_uq; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_user_group
    ADD CONSTRAINT zato_ug_id_uq UNIQUE (user_id, group_id);


--
-- Name: zato_sso_user zato_user_id_uq; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_user
    ADD CONSTRAINT zato_user_id_uq UNIQUE (user_id);


--
-- Name: auth_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX auth_idx ON public.zato_sso_linked_auth USING btree (auth_type, user_id, auth_id, auth_principal);


--
-- Name: zato_attr_usr; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX zato_attr_usr ON public.zato_sso_attr USING btree (user_id);


--
-- Name: zato_attr_usr_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX zato_attr_usr_name ON public.zato_sso_attr USING btree (user_id, name);


--
-- Name: zato_attr_usr_ust; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX zato_attr_usr_ust ON public.zato_sso_attr USING btree (user_id, ust);


--
-- Name: zato_attr_usr_ust_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX zato_attr_usr_ust_name ON public.zato_sso_attr USING btree (user_id, ust, name);


--
-- Name: zato_prt_value_type; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX zato_prt_value_type ON public.zato_sso_password_reset USING btree (token, type_);


--
-- Name: zato_sso_extsi_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX zato_sso_extsi_idx ON public.zato_sso_session USING btree (ext_session_id);


--
-- Name: zato_sso_sust_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX zato_sso_sust_idx ON public.zato_sso_session USING btree (ust);


--
-- Name: zato_u_alln_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX zato_u_alln_idx ON public.zato_sso_user USING btree (first_name_upper, middle_name_upper, last_name_upper);


--
-- Name: zato_u_appr_stat_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX zato_u_appr_stat_idx ON public.zato_sso_user USING btree (approval_status);


--
-- Name: zato_u_dspn_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX zato_u_dspn_idx ON public.zato_sso_user USING btree (display_name_upper);


--
-- Name: zato_u_email_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX zato_u_email_idx ON public.zato_sso_user USING btree (email);


--
-- Name: zato_u_lastn_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX zato_u_lastn_idx ON public.zato_sso_user USING btree (last_name_upper);


--
-- Name: zato_u_sigctok_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX zato_u_sigctok_idx ON public.zato_sso_user USING btree (sign_up_confirm_token);


--
-- Name: zato_u_sigst_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX zato_u_sigst_idx ON public.zato_sso_user USING btree (sign_up_status);


--
-- Name: zato_sso_attr zato_sso_attr_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_attr
    ADD CONSTRAINT zato_sso_attr_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.zato_sso_user(user_id) ON DELETE CASCADE;


--
-- Name: zato_sso_attr zato_sso_attr_ust_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_attr
    ADD CONSTRAINT zato_sso_attr_ust_fkey FOREIGN KEY (ust) REFERENCES public.zato_sso_session(ust) ON DELETE CASCADE;


--
-- Name: zato_sso_group zato_sso_group_parent_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_group
    ADD CONSTRAINT zato_sso_group_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.zato_sso_group(id) ON DELETE CASCADE;


--
-- Name: zato_sso_linked_auth zato_sso_linked_auth_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_linked_auth
    ADD CONSTRAINT zato_sso_linked_auth_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.zato_sso_user(user_id) ON DELETE CASCADE;


--
-- Name: zato_sso_password_reset zato_sso_password_reset_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_password_reset
    ADD CONSTRAINT zato_sso_password_reset_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.zato_sso_user(user_id) ON DELETE CASCADE;


--
-- Name: zato_sso_session zato_sso_session_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_session
    ADD CONSTRAINT zato_sso_session_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.zato_sso_user(id) ON DELETE CASCADE;


--
-- Name: zato_sso_user_group zato_sso_user_group_group_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_user_group
    ADD CONSTRAINT zato_sso_user_group_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.zato_sso_group(id) ON DELETE CASCADE;


--
-- Name: zato_sso_user_group zato_sso_user_group_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zato_sso_user_group
    ADD CONSTRAINT zato_sso_user_group_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.zato_sso_user(id) ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--


