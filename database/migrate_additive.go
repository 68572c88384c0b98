package database

import (
	"context"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// breaks matches what takes something away from the version before, or asks of it what it does not know: tables and columns that go or get another name or
// type, and columns that have to have a value.
var breaks = regexp.MustCompile(leading + `(?:` +
	`DROP\s+TABLE|TRUNCATE|DROP\s+(?:SCHEMA|TYPE|VIEW|FUNCTION)` +
	`|ALTER\s+TABLE\s+[^;]*?\b(?:DROP\s+COLUMN|RENAME|SET\s+NOT\s+NULL|SET\s+DATA\s+TYPE|ALTER\s+COLUMN\s+"[^"]+"\s+TYPE)\b` +
	`)`)

// addsRequired matches a column that has to have a value; one with a default has it.
var addsRequired = regexp.MustCompile(leading + `ALTER\s+TABLE\s+[^;]*?\bADD\s+COLUMN\b[^;]*\bNOT\s+NULL\b`)

var (
	hasDefault   = regexp.MustCompile(`(?i)\b(?:DEFAULT|GENERATED)\b`)
	dropsDefault = regexp.MustCompile(`(?is)\bALTER\s+COLUMN\s+"[^"]+"\s+DROP\s+DEFAULT\b`)
)

// MigrateAdditively is Migrate for a database that the version before works on and goes on to work on. Where a migration is missing that this version could
// not live with, it changes nothing and returns a problem that names the statement. A fresh database has no such version.
func MigrateAdditively(ctx context.Context, pool *pgxpool.Pool) error {
	return migrateWith(ctx, pool, defaultPatience, refuseBreaking)
}

// refuseBreaking returns a problem about the first statement of the missing migrations that the version before cannot live with.
func refuseBreaking(missing []migration) error {
	for _, migration := range missing {
		if statement := migration.breaking(); statement != "" {
			return problem.New(problem.Conflict,
				"The migration %s does what the version before cannot live with, and nothing was changed: %s. Stop every service of that version, and run "+
					"`zeitwork migrate` without --additive.", migration.Tag, statement)
		}
	}

	return nil
}

// breaking returns the first statement that the version before cannot live with, or nothing.
func (m migration) breaking() string {
	for _, statement := range m.statements() {
		required := addsRequired.MatchString(statement) && !hasDefault.MatchString(statement)
		if required || breaks.MatchString(statement) || dropsDefault.MatchString(statement) {
			return strings.Join(strings.Fields(statement), " ")
		}
	}

	return ""
}
