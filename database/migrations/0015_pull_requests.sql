ALTER TABLE "deployments" ADD COLUMN "github_reported" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "github_deployment_id" bigint;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "pull_request_title" text;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "pull_request_author" text;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "head_branch" text;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "is_fork" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "awaiting_commit" text;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "approved_commit" text;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "approved_by" uuid;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "approved_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "comment_due_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "pull_request_previews" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "pulls_tag" text;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "pulls_error" text;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "report_error" text;--> statement-breakpoint
ALTER TABLE "environments" ADD CONSTRAINT "environments_approved_by_users_id_fk" FOREIGN KEY ("approved_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deployments_unreported" ON "deployments" USING btree ("id") WHERE "deployments"."github_reported" <> "deployments"."state" and "deployments"."commit_sha" is not null;--> statement-breakpoint
CREATE INDEX "environments_approved_by" ON "environments" USING btree ("approved_by") WHERE "environments"."approved_by" is not null;--> statement-breakpoint
CREATE INDEX "environments_comment_due" ON "environments" USING btree ("comment_due_at") WHERE "environments"."comment_due_at" is not null;--> statement-breakpoint
CREATE INDEX "projects_pull_requests" ON "projects" USING btree ("github_repository_id") WHERE "projects"."pull_request_previews" and "projects"."deleted_at" is null;
