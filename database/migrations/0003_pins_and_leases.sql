CREATE TABLE "project_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"deployment_id" uuid,
	"kind" text NOT NULL,
	"message" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_events_kind" CHECK ("project_events"."kind" in ('instances', 'replaced', 'pinned', 'unpinned'))
);
--> statement-breakpoint
CREATE TABLE "resting_prefixes" (
	"prefix" "cidr" PRIMARY KEY NOT NULL,
	"released_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "deployment_steps" DROP CONSTRAINT "deployment_steps_state";--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "held_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "last_seen_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "pinned_by_id" uuid;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "instances_changed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "vms" ADD COLUMN "starting_for" interval DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "vms" ADD COLUMN "unhealthy_for" interval DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "project_events" ADD CONSTRAINT "project_events_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_events" ADD CONSTRAINT "project_events_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "project_events_project" ON "project_events" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "project_events_deployment" ON "project_events" USING btree ("deployment_id");--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_pinned_by_id_deployments_id_fk" FOREIGN KEY ("pinned_by_id") REFERENCES "public"."deployments"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deployments_unfinished" ON "deployments" USING btree ("id") WHERE "deployments"."state" in ('queued', 'deploying');--> statement-breakpoint
CREATE INDEX "deployments_warm" ON "deployments" USING btree ("warm_until") WHERE "deployments"."state" = 'retired' and "deployments"."warm_until" is not null;--> statement-breakpoint
-- Should a project have more than one live deployment, the one that its domains point at stays, else the newest.
UPDATE "deployments" SET "state" = 'retired', "retired_at" = now()
WHERE "state" = 'live' AND "id" <> (
	SELECT other."id" FROM "deployments" AS other
	WHERE other."project_id" = "deployments"."project_id" AND other."state" = 'live'
	ORDER BY EXISTS (SELECT FROM "domains" WHERE "domains"."deployment_id" = other."id") DESC, other."created_at" DESC LIMIT 1
);--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_live" ON "deployments" USING btree ("project_id") WHERE "deployments"."state" = 'live';--> statement-breakpoint
CREATE INDEX "deployments_released" ON "deployments" USING btree ("project_id","route_version") WHERE "deployments"."route_version" is not null;--> statement-breakpoint
CREATE INDEX "deployments_image" ON "deployments" USING btree ("image_id") WHERE "deployments"."image_id" is not null;--> statement-breakpoint
CREATE INDEX "deployments_origin" ON "deployments" USING btree ("origin_id") WHERE "deployments"."origin_id" is not null;--> statement-breakpoint
CREATE INDEX "deployments_commit" ON "deployments" USING btree ("project_id","commit_sha");--> statement-breakpoint
CREATE INDEX "domains_deployment" ON "domains" USING btree ("deployment_id");--> statement-breakpoint
CREATE INDEX "projects_instances_changed" ON "projects" USING btree ("id") WHERE "projects"."instances_changed_at" is not null;--> statement-breakpoint
CREATE INDEX "vms_held" ON "vms" USING btree ("node_id") WHERE "vms"."ip_released_at" is null;--> statement-breakpoint
CREATE INDEX "vms_resting" ON "vms" USING btree ("removed_at") WHERE "vms"."ip_released_at" is null and "vms"."removed_at" is not null;--> statement-breakpoint
CREATE INDEX "vms_failed" ON "vms" USING btree ("deployment_id") WHERE "vms"."state" = 'failed' and "vms"."removed_at" is null;--> statement-breakpoint
CREATE INDEX "vms_draining" ON "vms" USING btree ("deployment_id") WHERE "vms"."desired_state" = 'draining' and "vms"."removed_at" is null;--> statement-breakpoint
ALTER TABLE "deployment_steps" ADD CONSTRAINT "deployment_steps_state" CHECK ("deployment_steps"."state" in ('running', 'succeeded', 'failed', 'retrying', 'cancelled', 'held'));--> statement-breakpoint
CREATE VIEW "public"."edge_silence" AS (
  select edges.id,
    case when edges.last_seen_at is not null and control_plane.answered_at > now() - interval '3 seconds'
      then greatest(least(now() - edges.last_seen_at, now() - control_plane.answering_since), interval '0')
      else interval '0'
    end as silent_for
  from edges left join control_plane on control_plane.id = 1);--> statement-breakpoint
CREATE VIEW "public"."node_silence" AS (
  select nodes.id,
    case when nodes.last_seen_at is not null and control_plane.answered_at > now() - interval '3 seconds'
      then greatest(least(now() - nodes.last_seen_at, now() - control_plane.answering_since), interval '0')
      else interval '0'
    end as silent_for
  from nodes left join control_plane on control_plane.id = 1);