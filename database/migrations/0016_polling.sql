ALTER TABLE "project_events" DROP CONSTRAINT "project_events_kind";--> statement-breakpoint
ALTER TABLE "github_installations" ADD COLUMN "polled_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "github_installations" ADD COLUMN "poll_due_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "github_installations" ADD COLUMN "sweep_due_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "github_installations" ADD COLUMN "pushed_through" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "github_installations" ADD COLUMN "active_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "github_installations" ADD COLUMN "poll_error" text;--> statement-breakpoint
ALTER TABLE "github_repositories" ADD COLUMN "looked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "github_repositories" ADD COLUMN "seen_pushed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "github_repositories" ADD COLUMN "is_settled" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "github_repositories" ADD COLUMN "seen_hash" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "poll_due_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "active_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "ignored_paths" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE INDEX "github_installations_due" ON "github_installations" USING btree ("poll_due_at");--> statement-breakpoint
CREATE INDEX "github_repositories_node" ON "github_repositories" USING btree ("node_id");--> statement-breakpoint
CREATE INDEX "github_repositories_unsettled" ON "github_repositories" USING btree ("installation_id") WHERE not "github_repositories"."is_settled";--> statement-breakpoint
CREATE INDEX "projects_poll_due" ON "projects" USING btree ("poll_due_at") WHERE "projects"."deleted_at" is null and "projects"."github_repository_id" is null and ("projects"."auto_deploy" or "projects"."previews" <> 'off');--> statement-breakpoint
CREATE INDEX "projects_unpolled" ON "projects" USING btree ("github_repository_id") WHERE "projects"."polled_at" is null and "projects"."github_repository_id" is not null and "projects"."deleted_at" is null;--> statement-breakpoint
ALTER TABLE "project_events" ADD CONSTRAINT "project_events_kind" CHECK ("project_events"."kind" in ('instances', 'replaced', 'pinned', 'unpinned', 'preview', 'skipped', 'repository'));
