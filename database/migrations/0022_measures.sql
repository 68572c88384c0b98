CREATE TABLE "report_runs" (
	"reporter_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"sequence" bigint NOT NULL,
	"reported_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "report_runs_reporter_id_run_id_pk" PRIMARY KEY("reporter_id","run_id")
);
--> statement-breakpoint
CREATE TABLE "traffic" (
	"step_seconds" integer NOT NULL,
	"project_id" uuid NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"deployment_id" uuid NOT NULL,
	"environment_id" uuid NOT NULL,
	"informational" bigint NOT NULL,
	"successful" bigint NOT NULL,
	"redirected" bigint NOT NULL,
	"client_errors" bigint NOT NULL,
	"server_errors" bigint NOT NULL,
	"aborted" bigint NOT NULL,
	"latency" bigint[] NOT NULL,
	"bytes_in" bigint NOT NULL,
	"bytes_out" bigint NOT NULL,
	"in_flight" bigint NOT NULL,
	CONSTRAINT "traffic_step_seconds_project_id_starts_at_deployment_id_pk" PRIMARY KEY("step_seconds","project_id","starts_at","deployment_id")
) PARTITION BY LIST ("step_seconds");
--> statement-breakpoint
CREATE TABLE "usage" (
	"step_seconds" integer NOT NULL,
	"project_id" uuid NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"deployment_id" uuid NOT NULL,
	"vm_id" uuid NOT NULL,
	"environment_id" uuid NOT NULL,
	"measured_millis" bigint NOT NULL,
	"cpu_micros" bigint NOT NULL,
	"memory_byte_seconds" bigint NOT NULL,
	"memory_max_bytes" bigint NOT NULL,
	"received_bytes" bigint NOT NULL,
	"sent_bytes" bigint NOT NULL,
	"restarts" bigint NOT NULL,
	CONSTRAINT "usage_step_seconds_project_id_starts_at_deployment_id_vm_id_pk" PRIMARY KEY("step_seconds","project_id","starts_at","deployment_id","vm_id")
) PARTITION BY LIST ("step_seconds");
--> statement-breakpoint
-- Written by hand from here on.
CREATE TABLE "traffic_60" PARTITION OF "traffic" FOR VALUES IN (60) PARTITION BY RANGE ("starts_at");--> statement-breakpoint
CREATE TABLE "traffic_3600" PARTITION OF "traffic" FOR VALUES IN (3600) PARTITION BY RANGE ("starts_at");--> statement-breakpoint
CREATE TABLE "traffic_86400" PARTITION OF "traffic" FOR VALUES IN (86400) PARTITION BY RANGE ("starts_at");--> statement-breakpoint
CREATE TABLE "usage_60" PARTITION OF "usage" FOR VALUES IN (60) PARTITION BY RANGE ("starts_at");--> statement-breakpoint
CREATE TABLE "usage_3600" PARTITION OF "usage" FOR VALUES IN (3600) PARTITION BY RANGE ("starts_at");--> statement-breakpoint
CREATE TABLE "usage_86400" PARTITION OF "usage" FOR VALUES IN (86400) PARTITION BY RANGE ("starts_at");--> statement-breakpoint
-- How the measures of a step are partitioned, how long they are kept, how far ahead partitions are made, and how full their pages are at first: what is added
-- to a row that is there finds room on its page, and touches no index. It stands here alone.
CREATE FUNCTION "public"."measure_steps"() RETURNS TABLE ("parent" text, "width" interval, "kept" interval, "ahead" interval, "fill" integer) LANGUAGE sql IMMUTABLE AS $$
	SELECT kind || '_' || step, width::interval, kept::interval, ahead::interval, fill
	FROM (VALUES (60, '6 hours', '1 day', '2 days', 90), (3600, '7 days', '31 days', '14 days', 70), (86400, '28 days', '366 days', '56 days', 70))
		AS steps (step, width, kept, ahead, fill), (VALUES ('traffic'), ('usage')) AS kinds (kind)
$$;
--> statement-breakpoint
-- Makes the partitions of all that is kept and of what is ahead, as seen at a time, and returns how many it has made. A partition is made by itself and then
-- attached, which keeps nobody from reading or writing the others.
CREATE FUNCTION "public"."make_measure_partitions"("seen_at" timestamp with time zone) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	made integer := 0;
	steps record;
	starts timestamp with time zone;
	partition text;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('zeitwork.measure_partitions', 0));
	FOR steps IN SELECT * FROM "public"."measure_steps"() LOOP
		FOR starts IN SELECT generate_series(date_bin(steps.width, seen_at - steps.kept, 'epoch'), seen_at + steps.ahead, steps.width) LOOP
			partition := steps.parent || '_' || to_char(starts AT TIME ZONE 'UTC', 'YYYYMMDDHH24');
			CONTINUE WHEN to_regclass('public.' || partition) IS NOT NULL;
			EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL) WITH (fillfactor = %s)', partition, steps.parent, steps.fill);
			EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
				steps.parent, partition, starts, starts + steps.width);
			made := made + 1;
		END LOOP;
	END LOOP;
	RETURN made;
END $$;
--> statement-breakpoint
-- Drops the partitions of which nothing is kept any more, as seen at a time, and returns how many. The parent is locked for the moment that it takes; who
-- calls sets a lock_timeout, so that nobody waits behind it for long.
CREATE FUNCTION "public"."drop_measure_partitions"("seen_at" timestamp with time zone) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	dropped integer := 0;
	old record;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('zeitwork.measure_partitions', 0));
	FOR old IN
		SELECT partitions.relname AS partition
		FROM "public"."measure_steps"() AS steps
		JOIN pg_inherits ON inhparent = to_regclass('public.' || steps.parent)
		JOIN pg_class AS partitions ON partitions.oid = inhrelid
		WHERE to_timestamp(substring(partitions.relname FROM '\d{10}$') || ' +00', 'YYYYMMDDHH24 TZH') + steps.width <= seen_at - steps.kept
		ORDER BY partitions.relname
	LOOP
		EXECUTE format('DROP TABLE public.%I', old.partition);
		dropped := dropped + 1;
	END LOOP;
	RETURN dropped;
END $$;
--> statement-breakpoint
-- A sum as it is stored and read: what an edge or node made up must not be more than a bigint holds, or nobody could add to the row or read it ever again.
CREATE FUNCTION "public"."bounded_count"("sum" numeric) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
	SELECT least(coalesce(sum, 0), 9000000000000000000)::bigint
$$;
--> statement-breakpoint
-- Adds two lists of numbers, of which the shorter one stands for zeros behind its end.
CREATE FUNCTION "public"."add_counts"("one" bigint[], "other" bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS $$
	SELECT ARRAY(
		SELECT "public"."bounded_count"(coalesce(mine, 0)::numeric + coalesce(theirs, 0)) FROM unnest(one, other) WITH ORDINALITY AS pairs (mine, theirs, place) ORDER BY place
	)
$$;
--> statement-breakpoint
SELECT "public"."make_measure_partitions"(now());
