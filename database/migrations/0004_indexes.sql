DROP INDEX "deployments_warm";--> statement-breakpoint
CREATE INDEX "domains_generated" ON "domains" USING btree ("project_id") WHERE "domains"."kind" = 'generated';--> statement-breakpoint
CREATE INDEX "projects_pinned" ON "projects" USING btree ("pinned_by_id") WHERE "projects"."pinned_by_id" is not null;--> statement-breakpoint
CREATE INDEX "projects_deleted" ON "projects" USING btree ("id") WHERE "projects"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "vms_stopping" ON "vms" USING btree ("node_id") WHERE "vms"."desired_state" = 'stopped' and "vms"."removed_at" is null;--> statement-breakpoint
CREATE INDEX "deployments_warm" ON "deployments" USING btree ("warm_until") WHERE "deployments"."warm_until" is not null;--> statement-breakpoint
-- The time was kept for good; now it stands only as long as there are VMs that are to stop, and wherever there are such.
UPDATE "deployments" SET "warm_until" = NULL
WHERE "warm_until" IS NOT NULL AND NOT EXISTS (
	SELECT FROM "vms" WHERE "vms"."deployment_id" = "deployments"."id" AND "vms"."removed_at" IS NULL AND "vms"."desired_state" <> 'stopped'
);--> statement-breakpoint
UPDATE "deployments" SET "warm_until" = now()
WHERE "warm_until" IS NULL AND "state" IN ('failed', 'cancelled', 'superseded', 'retired') AND EXISTS (
	SELECT FROM "vms" WHERE "vms"."deployment_id" = "deployments"."id" AND "vms"."removed_at" IS NULL AND "vms"."desired_state" <> 'stopped'
);