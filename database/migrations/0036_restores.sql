ALTER TABLE "control_plane" ADD COLUMN "restored_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "control_plane" ADD COLUMN "restored_version" bigint;