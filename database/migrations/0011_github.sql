CREATE TABLE "github_apps" (
	"id" uuid PRIMARY KEY NOT NULL,
	"app_id" bigint NOT NULL,
	"slug" text NOT NULL,
	"client_id" text NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "github_installations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"installation_id" bigint NOT NULL,
	"app_id" bigint NOT NULL,
	"account_id" bigint NOT NULL,
	"account_login" text NOT NULL,
	"account_kind" text NOT NULL,
	"organisation_id" uuid,
	"tied_by" uuid,
	"tied_at" timestamp with time zone,
	"has_all" boolean DEFAULT false NOT NULL,
	"permissions" jsonb DEFAULT '{}' NOT NULL,
	"settings_url" text DEFAULT '' NOT NULL,
	"suspended_at" timestamp with time zone,
	"removed_at" timestamp with time zone,
	"checked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "github_installations_installation_id_unique" UNIQUE("installation_id"),
	CONSTRAINT "github_installations_account_kind" CHECK ("github_installations"."account_kind" in ('user', 'organization'))
);
--> statement-breakpoint
CREATE TABLE "github_repositories" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organisation_id" uuid NOT NULL,
	"installation_id" uuid,
	"repository_id" bigint NOT NULL,
	"node_id" text NOT NULL,
	"full_name" text NOT NULL,
	"default_branch" text DEFAULT '' NOT NULL,
	"is_private" boolean DEFAULT true NOT NULL,
	"is_archived" boolean DEFAULT false NOT NULL,
	"pushed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "secrets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"organisation_id" uuid,
	"value_sealed" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "github_repository_id" uuid;--> statement-breakpoint
ALTER TABLE "github_apps" ADD CONSTRAINT "github_apps_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "github_installations" ADD CONSTRAINT "github_installations_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "github_installations" ADD CONSTRAINT "github_installations_tied_by_users_id_fk" FOREIGN KEY ("tied_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "github_repositories" ADD CONSTRAINT "github_repositories_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "github_repositories" ADD CONSTRAINT "github_repositories_installation_id_github_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "public"."github_installations"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "secrets" ADD CONSTRAINT "secrets_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "github_apps_current" ON "github_apps" USING btree (("removed_at" is null)) WHERE "github_apps"."removed_at" is null;--> statement-breakpoint
CREATE INDEX "github_apps_created_by" ON "github_apps" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "github_installations_organisation" ON "github_installations" USING btree ("organisation_id","id");--> statement-breakpoint
CREATE INDEX "github_installations_tied_by" ON "github_installations" USING btree ("tied_by");--> statement-breakpoint
CREATE UNIQUE INDEX "github_repositories_repository" ON "github_repositories" USING btree ("organisation_id","repository_id");--> statement-breakpoint
CREATE INDEX "github_repositories_installation" ON "github_repositories" USING btree ("installation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "secrets_subject" ON "secrets" USING btree ("subject_id","kind");--> statement-breakpoint
CREATE INDEX "secrets_organisation" ON "secrets" USING btree ("organisation_id");--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_github_repository_id_github_repositories_id_fk" FOREIGN KEY ("github_repository_id") REFERENCES "public"."github_repositories"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "projects_github_repository" ON "projects" USING btree ("github_repository_id") WHERE "projects"."github_repository_id" is not null;