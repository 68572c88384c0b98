ALTER TABLE "nodes" DROP CONSTRAINT "nodes_state";--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "max_cpu_millis" integer;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "max_memory_bytes" bigint;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "reserved_memory_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
-- Nodes that are there keep what they have given to VMs.
ALTER TABLE "nodes" ALTER COLUMN "reserved_memory_bytes" SET DEFAULT 1073741824;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "cpu_overcommit" double precision DEFAULT 4 NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "labels" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD CONSTRAINT "nodes_max_cpu_millis" CHECK ("nodes"."max_cpu_millis" > 0);--> statement-breakpoint
ALTER TABLE "nodes" ADD CONSTRAINT "nodes_max_memory_bytes" CHECK ("nodes"."max_memory_bytes" > 0);--> statement-breakpoint
ALTER TABLE "nodes" ADD CONSTRAINT "nodes_reserved_memory_bytes" CHECK ("nodes"."reserved_memory_bytes" >= 0);--> statement-breakpoint
ALTER TABLE "nodes" ADD CONSTRAINT "nodes_cpu_overcommit" CHECK ("nodes"."cpu_overcommit" between 1 and 100);--> statement-breakpoint
ALTER TABLE "nodes" ADD CONSTRAINT "nodes_labels" CHECK (jsonb_typeof("nodes"."labels") = 'object');--> statement-breakpoint
ALTER TABLE "nodes" ADD CONSTRAINT "nodes_state" CHECK ("nodes"."state" in ('ready', 'cordoned', 'draining'));