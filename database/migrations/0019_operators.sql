CREATE TABLE "leak_looks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"node_id" uuid,
	"kind" text NOT NULL,
	"looked_at" timestamp with time zone,
	"problem" text,
	"tried_at" timestamp with time zone DEFAULT now() NOT NULL,
	"found" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "leak_looks_kind" CHECK ("leak_looks"."kind" in ('vm', 'address', 'image', 'snapshot'))
);
--> statement-breakpoint
CREATE TABLE "leaks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"look_id" uuid NOT NULL,
	"name" text NOT NULL,
	"detail" text NOT NULL,
	"first_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"version" text NOT NULL,
	"slots" jsonb NOT NULL,
	"buildkit_address" text NOT NULL,
	"buildkit_version" text,
	"buildkit_disk_bytes" bigint,
	"buildkit_error" text,
	"buildkit_seen_at" timestamp with time zone,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "workers_name_unique" UNIQUE("name")
);
--> statement-breakpoint
ALTER TABLE "edges" ADD COLUMN "version" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "kernel" text;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "disk_bytes" bigint;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "disk_free_bytes" bigint;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "agent_started_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "leak_looks" ADD CONSTRAINT "leak_looks_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leaks" ADD CONSTRAINT "leaks_look_id_leak_looks_id_fk" FOREIGN KEY ("look_id") REFERENCES "public"."leak_looks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "leak_looks_node" ON "leak_looks" USING btree ("node_id","kind") WHERE "leak_looks"."node_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "leak_looks_platform" ON "leak_looks" USING btree ("kind") WHERE "leak_looks"."node_id" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "leaks_name" ON "leaks" USING btree ("look_id","name");--> statement-breakpoint
CREATE INDEX "workers_seen" ON "workers" USING btree ("last_seen_at");