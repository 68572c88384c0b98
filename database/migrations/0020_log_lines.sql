CREATE TABLE "build_log_groups" (
	"deployment_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"attempt_id" uuid NOT NULL,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"error" text,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "build_log_groups_deployment_id_number_pk" PRIMARY KEY("deployment_id","number"),
	CONSTRAINT "build_log_groups_state" CHECK ("build_log_groups"."state" in ('running', 'done', 'cached', 'failed', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "build_log_runs" (
	"deployment_id" uuid NOT NULL,
	"first_line" integer NOT NULL,
	"last_line" integer NOT NULL,
	"group_number" integer NOT NULL,
	CONSTRAINT "build_log_runs_deployment_id_first_line_pk" PRIMARY KEY("deployment_id","first_line")
);
--> statement-breakpoint
ALTER TABLE "build_logs" ADD COLUMN "number" integer;--> statement-breakpoint
ALTER TABLE "build_logs" ADD COLUMN "group_number" integer;--> statement-breakpoint
ALTER TABLE "build_logs" ADD COLUMN "missing" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "build_log_groups" ADD CONSTRAINT "build_log_groups_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "build_log_runs" ADD CONSTRAINT "build_log_runs_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "build_logs_number" ON "build_logs" USING btree ("deployment_id","number");--> statement-breakpoint
CREATE INDEX "build_logs_missing" ON "build_logs" USING btree ("deployment_id","number") WHERE "build_logs"."missing" > 0;--> statement-breakpoint
-- Numbers the lines of a log that are older than the column. Whoever calls it has locked the log (LockBuildLog).
CREATE FUNCTION "public"."number_build_log"("of" uuid) RETURNS void LANGUAGE sql AS $$
  UPDATE "build_logs" SET "number" = "counted"."number"
  FROM (
    SELECT "lines"."id", row_number() OVER (ORDER BY "lines"."id") AS "number" FROM "build_logs" AS "lines" WHERE "lines"."deployment_id" = "of"
  ) AS "counted"
  WHERE "build_logs"."id" = "counted"."id" AND "build_logs"."number" IS NULL
$$;
--> statement-breakpoint
-- A trigger counts, so that lines of the version before, which knows of no numbers, get theirs too.
CREATE FUNCTION "public"."number_build_line"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "last" record;
BEGIN
  SELECT "id", "number" INTO "last" FROM "build_logs"
  WHERE "deployment_id" = NEW."deployment_id" ORDER BY "deployment_id" DESC, "id" DESC LIMIT 1;
  IF "last"."id" IS NOT NULL AND "last"."number" IS NULL THEN
    PERFORM "number_build_log"(NEW."deployment_id");
    SELECT "id", "number" INTO "last" FROM "build_logs" WHERE "id" = "last"."id";
  END IF;
  NEW."number" := coalesce("last"."number", 0) + 1;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "build_logs_number_line" BEFORE INSERT ON "build_logs" FOR EACH ROW EXECUTE FUNCTION "public"."number_build_line"();
