package main

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/postgresbin"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// TestProject_DeletedForGood_IsReadInARehearsalOfTheBackup runs the commands of the page: the backup of before is restored into a database beside the platform's,
// an API of its own tells of the project, and the platform never goes back.
func TestProject_DeletedForGood_IsReadInARehearsalOfTheBackup(t *testing.T) {
	t.Parallel()

	if _, err := postgresbin.FindClient("", 0); err != nil {
		t.Skip(err)
	}

	key := secret.GenerateKey().Encode()
	c := startCopies(t, 1, "ZEITWORK_SECRET_KEY="+key)
	platform, listen := c.copies[0], "127.0.0.1:"+port(t)
	page := openRunbook(t, "Somebody deleted a project", 4, append(postgresEnvironment(t, c.database.URL), "ZEITWORK_SECRET_KEY="+key,
		"ZEITWORK_BASE_DOMAIN=apps.example.com", "ZEITWORK_REGISTRY_HOST=registry.example.com")...)

	beside := "rehearsal_" + id.New().String()
	// An API that a failure has left behind holds connections.
	t.Cleanup(func() { page.run(t, `test -z "$api" || kill "$api"; wait; dropdb --force --if-exists `+beside) })

	project := platform.makeShop(t)
	platform.write(t, project, "DATABASE_URL", "postgres://canary")

	shell := func(command string) string {
		t.Helper()

		written, code := page.run(t, command)
		require.Zero(t, code, "%s\n%s", command, written)

		return written
	}
	backUp := "ZEITWORK_DATABASE_URL='" + c.database.URL + "' ZEITWORK_BACKUP_RECIPIENTS=$(sed -n 's/^# ZEITWORK_BACKUP_RECIPIENTS=//p' backup.key) zeitwork backup --to backups"

	shell("zeitwork backup keygen > backup.key")
	shell(backUp)

	before := time.Now()

	platform.purge(t, project)
	other := platform.makeShopOf(t, "other")
	shell(backUp)

	page.replace("rehearsal", beside, "s3://backups/zeitwork", "backups", "2026-11-30T12:00:00Z", before.UTC().Format(time.RFC3339Nano), "127.0.0.1:8001", listen)
	shell("printf %s '" + c.tokens.User + "' > owner.token")

	createDatabase, restore, serve := page.blocks[1][0], page.blocks[1][1], page.blocks[1][2]
	shell(createDatabase)
	require.Contains(t, shell(restore), "is restored")

	serve, _, _ = strings.Cut(serve, " #")
	shell(strings.TrimSpace(serve) + " > api.log 2>&1 & api=$!")
	awaitAPI(t, "http://"+listen)

	told := page.do(t, 2)
	require.Contains(t, told, "https://git.example.com/shop.git")
	require.Contains(t, told, "shop.apps.example.com")
	require.Contains(t, told, "postgres://canary")

	shell(`kill "$api" && wait "$api" && api=`)
	page.do(t, 3)

	// The platform has gone on, and has room for the project.
	answer, err := platform.client.GetProjectWithResponse(t.Context(), other)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	anew := platform.makeShop(t)
	platform.write(t, anew, "DATABASE_URL", "postgres://canary")
}

// makeShop makes the project of the page's example.
func (a *apiCopy) makeShop(t *testing.T) uuid.UUID {
	t.Helper()

	return a.makeShopOf(t, "shop")
}

func (a *apiCopy) makeShopOf(t *testing.T, slug string) uuid.UUID {
	t.Helper()

	made, err := a.client.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{
		Name: slug, Slug: &slug, RepositoryURL: "https://git.example.com/" + slug + ".git", AutoDeploy: new(bool),
	})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)
	require.Equal(t, slug, made.JSON201.Slug)

	return made.JSON201.ID
}

// purge deletes a project for good.
func (a *apiCopy) purge(t *testing.T, project uuid.UUID) {
	t.Helper()

	deleted, err := a.client.DeleteProjectWithResponse(t.Context(), project, &client.DeleteProjectParams{ForGood: new(true)})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode(), "%s", deleted.Body)
}

// postgresEnvironment is what Postgres' own programs need in order to find the server of a database.
func postgresEnvironment(t *testing.T, databaseURL string) []string {
	t.Helper()

	config, err := pgx.ParseConfig(databaseURL)
	require.NoError(t, err)

	return []string{"PGHOST=" + config.Host, "PGPORT=" + strconv.Itoa(int(config.Port)), "PGUSER=" + config.User, "PGPASSWORD=" + config.Password}
}
