CREATE TABLE "join_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"node_id" uuid NOT NULL,
	"public_key" "bytea",
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "join_tokens_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "join_tokens_public_key" CHECK (octet_length("join_tokens"."public_key") = 32)
);
--> statement-breakpoint
ALTER TABLE "api_tokens" ADD COLUMN "public_key" "bytea";--> statement-breakpoint
ALTER TABLE "join_tokens" ADD CONSTRAINT "join_tokens_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "join_tokens_node" ON "join_tokens" USING btree ("node_id");--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_public_key" CHECK ("api_tokens"."public_key" is null or ("api_tokens"."kind" = 'node' and octet_length("api_tokens"."public_key") = 32));