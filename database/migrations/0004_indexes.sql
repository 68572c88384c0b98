CREATE INDEX "domains_generated" ON "domains" USING btree ("project_id") WHERE "domains"."kind" = 'generated';--> statement-breakpoint
CREATE INDEX "projects_pinned" ON "projects" USING btree ("pinned_by_id") WHERE "projects"."pinned_by_id" is not null;--> statement-breakpoint
CREATE INDEX "projects_deleted" ON "projects" USING btree ("id") WHERE "projects"."deleted_at" is not null;