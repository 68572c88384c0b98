ALTER TABLE "edges" ADD COLUMN "counted_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "sleep_after_minutes" integer;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "asleep_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "woken_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "wake_problem" text;--> statement-breakpoint
ALTER TABLE "vms" ADD COLUMN "slept" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "environments_sleeping" ON "environments" USING btree ("id") WHERE "environments"."sleep_after_minutes" is not null and "environments"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "environments_asleep" ON "environments" USING btree ("id") WHERE "environments"."asleep_since" is not null;--> statement-breakpoint
CREATE INDEX "vms_slept" ON "vms" USING btree ("node_id") WHERE "vms"."slept";--> statement-breakpoint
ALTER TABLE "environments" ADD CONSTRAINT "environments_sleep_after" CHECK ("environments"."sleep_after_minutes" between 1 and 720);--> statement-breakpoint
-- Pages show the new setting, and whether an environment sleeps.
CREATE OR REPLACE TRIGGER "environments_tell_update" AFTER UPDATE ON "environments" FOR EACH ROW
WHEN (
	(OLD."branch", OLD."pull_request_title", OLD."awaiting_commit", OLD."approved_commit", OLD."pinned_by_id", OLD."expires_at", OLD."deleted_at",
		OLD."sleep_after_minutes", OLD."asleep_since", OLD."woken_at", OLD."wake_problem")
	IS DISTINCT FROM
	(NEW."branch", NEW."pull_request_title", NEW."awaiting_commit", NEW."approved_commit", NEW."pinned_by_id", NEW."expires_at", NEW."deleted_at",
		NEW."sleep_after_minutes", NEW."asleep_since", NEW."woken_at", NEW."wake_problem")
) EXECUTE FUNCTION "public"."tell_change"('environments', 'project');
