CREATE TABLE "keysets" (
	"id" integer PRIMARY KEY NOT NULL,
	"keyset_sealed" "bytea" NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"resealed_at" timestamp with time zone,
	CONSTRAINT "keysets_one_row" CHECK ("keysets"."id" = 1)
);
