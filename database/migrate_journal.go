package database

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Without `all:` the journal's folder would be left out.
//
//go:embed all:migrations
var migrations embed.FS

// migration is an entry of drizzle's journal, with its file.
type migration struct {
	Tag string `json:"tag"`
	// When orders the migrations: milliseconds since 1970.
	When int64 `json:"when"`

	text string
}

func readJournal() ([]migration, error) {
	text, err := migrations.ReadFile("migrations/meta/_journal.json")
	if err != nil {
		return nil, fmt.Errorf("read drizzle's journal: %w", err)
	}

	var journal struct {
		Entries []migration `json:"entries"`
	}
	if err := json.Unmarshal(text, &journal); err != nil {
		return nil, fmt.Errorf("decode drizzle's journal: %w", err)
	}

	for i, entry := range journal.Entries {
		text, err := migrations.ReadFile("migrations/" + entry.Tag + ".sql")
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", entry.Tag, err)
		}

		journal.Entries[i].text = string(text)
	}

	return journal.Entries, nil
}

// hash is what drizzle records of a migration.
func (m migration) hash() string {
	sum := sha256.Sum256([]byte(m.text))

	return hex.EncodeToString(sum[:])
}

// statements are the migration's statements in their order.
func (m migration) statements() []string {
	return strings.Split(m.text, "--> statement-breakpoint")
}

// leading is what may stand before a statement: space and comments.
const leading = `(?is)^(?:\s|--[^\n]*\n)*`

var (
	createTable = regexp.MustCompile(leading + `CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?((?:"[^"]+"\.)?"[^"]+")`)
	createIndex = regexp.MustCompile(leading + `CREATE\s+(UNIQUE\s+)?INDEX\s+("[^"]+")\s+ON\s+("[^"]+"\.)?("[^"]+")\s+([^;]+);?\s*$`)
)

// index is what a CREATE INDEX statement of drizzle's makes. All names are quoted.
type index struct {
	// name includes the schema where the statement names one.
	name string
	// table is named as the statement names it.
	table string
	// concurrently is the statement that builds it without keeping others from the table.
	concurrently string
}

// asIndex reads a CREATE INDEX statement; false for all others.
func asIndex(statement string) (index, bool) {
	match := createIndex.FindStringSubmatch(statement)
	if match == nil {
		return index{}, false
	}

	unique, name, schema, table, definition := match[1], match[2], match[3], match[4], strings.TrimSpace(match[5])

	return index{
		name: schema + name, table: schema + table,
		concurrently: fmt.Sprintf("CREATE %sINDEX CONCURRENTLY %s ON %s%s %s", unique, name, schema, table, definition),
	}, true
}

// laterIndexes are the migration's indexes on tables that it does not make itself, by their statements.
func (m migration) laterIndexes() map[string]index {
	made := map[string]bool{}

	for _, statement := range m.statements() {
		if match := createTable.FindStringSubmatch(statement); match != nil {
			made[match[1]] = true
		}
	}

	later := map[string]index{}

	for _, statement := range m.statements() {
		if found, ok := asIndex(statement); ok && !made[found.table] {
			later[statement] = found
		}
	}

	return later
}
