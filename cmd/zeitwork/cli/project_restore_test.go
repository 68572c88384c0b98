package cli

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	deletedID      = "01900000-0000-7000-8000-0000000000d1"
	otherDeletedID = "01900000-0000-7000-8000-0000000000d2"
)

// deletedAs is a deleted project as a platform answers, with five days and some left.
func deletedAs(id, slug string) string {
	kept := time.Now().Add(5*24*time.Hour + time.Hour).UTC().Format(time.RFC3339)

	return `{"id":"` + id + `","organisation_id":"` + acmeID + `","name":"Shop","slug":"` + slug + `","repository_url":"https://git.example.com/a.git",` +
		`"deleted_at":"2026-01-02T03:04:05Z","kept_until":"` + kept + `","slug_taken":false}`
}

func TestProjectsRestore_TellsWhatIsBackAndWhatIsLost(t *testing.T) {
	t.Parallel()

	project := `{"id":"` + deletedID + `","organisation_id":"` + acmeID + `","name":"Shop","slug":"old-shop","url":"https://old-shop.example.com",` +
		`"repository_url":"https://git.example.com/a.git","overview":{"instances":{"healthy":0,"wanted":1},"previews":0},"variables_readable":false,"created_at":"2026-01-02T03:04:05Z"}`
	f := newFakeAPI(t, acme(map[string]string{
		"GET /v1/deleted-projects": `{"items":[` + deletedAs(deletedID, "shop") + `]}`,
		"POST /v1/projects/" + deletedID + "/restore": `{"project":` + project + `,"deployments":[{"id":"` + adaID + `","environment_id":"` + deletedID + `","builds":true}],` +
			`"lost_domains":["www.example.org"]}`,
		"DELETE /v1/deleted-projects/" + deletedID: "",
		"GET /v1/projects":                         `{"items":[]}`,
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "projects", "deleted"), b.err.String())
	require.Contains(t, b.out.String(), "another 5 days")

	require.Equal(t, ExitOK, b.run(t, "projects", "restore", deletedID, "--slug", "old-shop"), b.err.String())
	require.JSONEq(t, `{"slug":"old-shop"}`, f.sent("POST /v1/projects/" + deletedID + "/restore")[0])
	require.Contains(t, b.out.String(), "old-shop is back.")
	require.Contains(t, b.out.String(), "it answers on https://old-shop.example.com as soon as it is healthy")
	require.Contains(t, b.out.String(), "The image of 1 of 1 deployments is not kept")
	require.Contains(t, b.out.String(), "Another project has proven www.example.org meanwhile.")

	require.Equal(t, ExitUsage, b.run(t, "projects", "restore", otherDeletedID))
	require.Contains(t, b.err.String(), "zeitwork projects deleted")

	require.Equal(t, ExitUsage, b.run(t, "projects", "delete", "shop", "--for-good"), "nobody has said yes")
	require.Equal(t, ExitOK, b.run(t, "projects", "delete", "shop", "--for-good", "--yes"), b.err.String())
	require.Contains(t, b.err.String(), "Deleted shop for good.")
}

func TestProjectsRestore_SlugOfSeveral_AsksForTheID(t *testing.T) {
	t.Parallel()

	b := signedInTo(t, newFakeAPI(t, acme(map[string]string{
		"GET /v1/deleted-projects": `{"items":[` + deletedAs(otherDeletedID, "shop") + `,` + deletedAs(deletedID, "shop") + `]}`,
	})))

	require.Equal(t, ExitUsage, b.run(t, "projects", "restore", "shop"))
	require.Contains(t, b.err.String(), otherDeletedID)
	require.Contains(t, b.err.String(), deletedID)
}

func TestLong_IsInTheLargestUnitThatFits(t *testing.T) {
	t.Parallel()

	for d, words := range map[time.Duration]string{
		7 * 24 * time.Hour: "7 days", 47 * time.Hour: "47 hours", 24 * time.Hour: "1 day", 90 * time.Minute: "90 minutes", time.Hour: "1 hour",
		20 * time.Second: "1 minute", 36 * time.Hour: "36 hours",
	} {
		require.Equal(t, words, long(d), d)
	}
}
