ALTER TABLE "nodes" ADD COLUMN "os" text;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "containerd" text;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "boot_id" text;