ALTER TABLE "projects" ADD COLUMN "start_seconds" integer;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "grace_seconds" integer;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_start_seconds" CHECK ("projects"."start_seconds" between 1 and 1800);--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_grace_seconds" CHECK ("projects"."grace_seconds" between 1 and 300);