ALTER TABLE "deployments" DROP CONSTRAINT "deployments_step";--> statement-breakpoint
ALTER TABLE "vms" DROP CONSTRAINT "vms_state";--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "capabilities" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "release_command" text;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "build_variables" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "vms" ADD COLUMN "kind" text DEFAULT 'app' NOT NULL;--> statement-breakpoint
ALTER TABLE "vms" ADD COLUMN "command" text[];--> statement-breakpoint
ALTER TABLE "vms" ADD COLUMN "started_at" timestamp with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "vms_release" ON "vms" USING btree ("deployment_id") WHERE "vms"."kind" = 'release';--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_step" CHECK ("deployments"."step" in ('clone', 'detect', 'build', 'push', 'release', 'schedule', 'health_check', 'flip_route'));--> statement-breakpoint
ALTER TABLE "vms" ADD CONSTRAINT "vms_kind" CHECK ("vms"."kind" in ('app', 'release'));--> statement-breakpoint
ALTER TABLE "vms" ADD CONSTRAINT "vms_state" CHECK ("vms"."state" in ('pending', 'pulling', 'starting', 'running', 'healthy', 'unhealthy', 'crashed', 'exited', 'stopping', 'removed', 'failed'));