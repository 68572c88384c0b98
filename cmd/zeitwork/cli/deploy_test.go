package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	projectID      = "01900000-0000-7000-8000-000000000000"
	organisationID = "01900000-0000-7000-8000-00000000000a"
	createdID      = "01900000-0000-7000-8000-000000000009"
)

// gitIn runs git in dir as somebody.
func gitIn(t *testing.T, dir string, arguments ...string) string {
	t.Helper()

	arguments = append([]string{"-C", dir, "-c", "user.name=Test", "-c", "user.email=test@example.com"}, arguments...)
	output, err := exec.CommandContext(t.Context(), "git", arguments...).CombinedOutput()
	require.NoError(t, err, "%s", output)

	return strings.TrimSpace(string(output))
}

func projectJSON(slug, repository, branch, root string) string {
	return fmt.Sprintf(`{"id":%q,"organisation_id":%q,"slug":%q,"name":%q,"repository_url":%q,"branch":%q,"root_directory":%q,"url":"http://%s.example.com"}`,
		projectID, organisationID, slug, slug, repository, branch, root, slug)
}

// platformWith answers as a platform with these projects, on which a deployment can be made of the first one.
func platformWith(t *testing.T, projects ...string) *fakeAPI {
	t.Helper()

	first := ""
	if len(projects) > 0 {
		first = projects[0]
	}

	return newFakeAPI(t, map[string]string{
		"GET /v1/projects":                                `{"items":[` + strings.Join(projects, ",") + `]}`,
		"GET /v1/projects?slug=shop":                      `{"items":[` + first + `]}`,
		"GET /v1/projects?slug=gone":                      `{"items":[]}`,
		"GET /v1/organisations":                           `{"items":[{"id":"` + organisationID + `","slug":"acme"}]}`,
		"GET /v1/organisations/" + organisationID:         `{"id":"` + organisationID + `","slug":"acme"}`,
		"POST /v1/projects":                               projectJSON("made", "x", "main", ""),
		"POST /v1/projects/" + projectID + "/deployments": `{"id":"` + createdID + `","trigger":"manual"}`,
		"GET /v1/projects/" + projectID + "/deployments":  `{"items":[]}`,
		"GET /v1/projects/" + projectID + "/environments": `{"items":[]}`,
	})
}

const createDeployment = "POST /v1/projects/" + projectID + "/deployments"

func TestDeploy_NoProject_IsMadeOnlyWhenSomebodySaysSo(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)
	f := platformWith(t)
	b := signedInTo(t, f)

	require.Equal(t, ExitUsage, b.run(t, "deploy", dir, "-d"))
	require.Contains(t, b.err.String(), "--yes")
	require.Empty(t, f.sent("POST /v1/projects"), "nobody said so")
	require.NoFileExists(t, filepath.Join(dir, linkName))

	require.Equal(t, ExitOK, b.run(t, "deploy", dir, "-d", "--yes"), b.err.String())
	require.Equal(t, createdID+"\n", b.out.String())

	created := f.sent("POST /v1/projects")
	require.Len(t, created, 1)
	require.JSONEq(t, fmt.Sprintf(`{"name":%q,"repository_url":%q,"branch":"trunk","organisation_id":%q}`,
		filepath.Base(dir), "file://"+dir, organisationID), created[0])

	content, err := os.ReadFile(filepath.Join(dir, linkName))
	require.NoError(t, err)
	require.JSONEq(t, `{"project":"made","organisation":"acme"}`, string(content))
	require.Empty(t, gitIn(t, dir, "diff", "--name-only"))

	tree, err := openWorktree(t.Context(), dir)
	require.NoError(t, err)
	require.False(t, tree.Dirty, "the link is no change that a deployment lacks")
}

func TestDeploy_NoProject_AtATerminal_ShowsWhatWouldBeMadeAndAsks(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)

	for answer, want := range map[string]int{"y\n": ExitOK, "\n": ExitUsage} {
		f := platformWith(t)
		b := signedInTo(t, f)
		p := newPTY(t)
		p.types(t, answer)

		err := Execute(t.Context(), testRoot(Terminal{In: p.terminal, Out: &b.out, Err: p.terminal, Environ: b.environ}), []string{"deploy", dir, "-d"})
		require.Equal(t, want, ExitCode(err), "%v", err)
		require.Len(t, f.sent("POST /v1/projects"), 1-min(want, 1))

		for _, shown := range []string{filepath.Base(dir), "acme", "file://" + dir, "trunk", "[y/N]"} {
			p.sees(t, shown)
		}

		require.NoError(t, os.RemoveAll(filepath.Join(dir, linkName)))
	}
}

func TestDeploy_NewProject_HasTheBranchThatIsAskedFor(t *testing.T) {
	t.Parallel()

	f := platformWith(t)
	b := signedInTo(t, f)
	require.Equal(t, ExitOK, b.run(t, "deploy", gitRepository(t), "-d", "--yes", "--branch", "main"), b.err.String())
	require.Contains(t, f.sent("POST /v1/projects")[0], `"branch":"main"`)
	require.JSONEq(t, `{"branch":"main"}`, f.sent(createDeployment)[0])
}

func TestDeploy_NewProject_OfADetachedHead_ReplacesNothing(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)
	gitIn(t, dir, "checkout", "-q", "--detach")

	f := platformWith(t)
	b := signedInTo(t, f)
	require.Equal(t, ExitOK, b.run(t, "deploy", dir, "-d", "--yes"), b.err.String())
	require.JSONEq(t, `{"commit":"`+gitIn(t, dir, "rev-parse", "HEAD")+`"}`, f.sent(createDeployment)[0])
}

func TestDeploy_CommitThatIsNotPushed_Warns(t *testing.T) {
	t.Parallel()

	origin, dir := gitRepository(t), filepath.Join(t.TempDir(), "clone")
	gitIn(t, origin, "clone", "-q", origin, dir)
	gitIn(t, dir, "remote", "set-url", "origin", "https://git.example.com/acme/shop.git")

	b := signedInTo(t, platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "trunk", "")))
	require.Equal(t, ExitOK, b.run(t, "deploy", dir, "-d"), b.err.String())
	require.NotContains(t, b.err.String(), "not pushed")

	gitIn(t, dir, "commit", "-q", "--allow-empty", "-m", "second")
	require.Equal(t, ExitOK, b.run(t, "deploy", dir, "-d"), b.err.String())
	require.Contains(t, b.err.String(), "not pushed")
}

func TestDeploy_FindsItsProject(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)
	gitIn(t, dir, "remote", "add", "origin", "git@github.com:Acme/Shop.git")

	shop := projectJSON("shop", "https://github.com/acme/shop", "trunk", "")
	web := projectJSON("web", "https://github.com/acme/shop.git", "trunk", "apps/web")

	cases := map[string]struct {
		projects []string
		place    string
		want     string // What the command says; with code 0 the project's slug.
		code     int
	}{
		"at the top":                       {[]string{shop}, "", "to shop.", ExitOK},
		"below the top":                    {[]string{shop}, "apps", "to shop.", ExitOK},
		"in the nearest root directory":    {[]string{shop, web}, "apps/web", "to web.", ExitOK},
		"above all root directories":       {[]string{web}, "", "web (/apps/web)", ExitUsage},
		"of two that deploy the directory": {[]string{shop, projectJSON("trial", "https://github.com/acme/shop", "trunk", "")}, "", "trial", ExitUsage},
		"none of this repository":          {[]string{projectJSON("shop", "https://github.com/acme/other", "trunk", "")}, "", "No project deploys", ExitUsage},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			clone := filepath.Join(t.TempDir(), "clone")
			gitIn(t, dir, "clone", "-q", dir, clone)
			gitIn(t, clone, "remote", "set-url", "origin", "git@github.com:Acme/Shop.git")

			b := signedInTo(t, platformWith(t, c.projects...))
			require.Equal(t, c.code, b.run(t, "deploy", filepath.Join(clone, c.place), "-d"), b.err.String())
			require.Contains(t, b.err.String(), c.want)
		})
	}
}

func TestDeploy_WritesWhichProjectItFound_AndNeedNotGuessAgain(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)
	f := platformWith(t, projectJSON("shop", "file://"+dir, "trunk", ""))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "deploy", filepath.Join(dir, "apps"), "-d"), b.err.String())
	require.FileExists(t, filepath.Join(dir, linkName))

	f.answers["GET /v1/projects"] = "no list"

	require.Equal(t, ExitOK, b.run(t, "deploy", filepath.Join(dir, "apps"), "-d"), b.err.String())
	require.Len(t, f.sent(createDeployment), 2)
}

func TestDeploy_LinkThatIsWrong_SaysWhatToDo(t *testing.T) {
	t.Parallel()

	for content, words := range map[string]string{
		`{"project":"gone"}`:                           "zeitwork link",
		`{"project":"shop","organisation":"somebody"}`: "of the organisation somebody, but it is one of acme",
		`{"project":`:                                  linkName,
	} {
		dir := gitRepository(t)
		require.NoError(t, os.WriteFile(filepath.Join(dir, linkName), []byte(content), 0o600))

		f := platformWith(t, projectJSON("shop", "file://"+dir, "trunk", ""))
		b := signedInTo(t, f)
		require.Equal(t, ExitUsage, b.run(t, "deploy", dir, "-d"), content)
		require.Contains(t, b.err.String(), words)
		require.Empty(t, f.sent(createDeployment))
	}
}

func TestDeploy_AnotherBranch_DoesNotReplaceProductionUnasked(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)
	first := gitIn(t, dir, "rev-parse", "HEAD")
	gitIn(t, dir, "checkout", "-q", "-b", "feature")
	gitIn(t, dir, "commit", "-q", "--allow-empty", "-m", "second")
	second := gitIn(t, dir, "rev-parse", "HEAD")

	f := platformWith(t, projectJSON("shop", "file://"+dir, "trunk", ""))
	b := signedInTo(t, f)
	last := func() string { sent := f.sent(createDeployment); return sent[len(sent)-1] }

	for _, flags := range [][]string{nil, {"--yes"}} {
		require.Equal(t, ExitUsage, b.run(t, append([]string{"deploy", dir, "-d"}, flags...)...))
		require.Contains(t, b.err.String(), "the branch feature is checked out")
		require.Empty(t, f.sent(createDeployment))
	}

	require.Equal(t, ExitOK, b.run(t, "deploy", dir, "-d", "--commit", "HEAD"), b.err.String())
	require.JSONEq(t, `{"commit":"`+second+`"}`, last())

	require.Equal(t, ExitOK, b.run(t, "deploy", dir, "-d", "--branch", "feature"), b.err.String())
	require.JSONEq(t, `{"branch":"feature"}`, last())

	gitIn(t, dir, "checkout", "-q", "--detach", second)
	require.Equal(t, ExitUsage, b.run(t, "deploy", dir, "-d"))
	require.Contains(t, b.err.String(), "the commit "+second[:7]+" is checked out")

	// What the branch itself has is no other branch.
	gitIn(t, dir, "checkout", "-q", "--detach", first)
	require.Equal(t, ExitOK, b.run(t, "deploy", dir, "-d"), b.err.String())
	require.JSONEq(t, `{"commit":"`+first+`"}`, last())
}

func TestDeploy_WithProject_DeploysNothingOfAnotherRepository(t *testing.T) {
	t.Parallel()

	f := platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", ""))
	b := signedInTo(t, f)

	require.Equal(t, ExitUsage, b.run(t, "deploy", gitRepository(t), "-d", "-p", "shop"))
	require.Contains(t, b.err.String(), "https://git.example.com/acme/shop")
	require.Empty(t, f.sent(createDeployment))

	require.Equal(t, ExitOK, b.run(t, "deploy", gitRepository(t), "-d", "-p", "shop", "--branch", "main"), b.err.String())
	require.JSONEq(t, `{"branch":"main"}`, f.sent(createDeployment)[0])

	// Outside of git there is nothing to mistake it for.
	require.Equal(t, ExitOK, b.run(t, "deploy", t.TempDir(), "-d", "-p", "shop"), b.err.String())
	require.JSONEq(t, `{}`, f.sent(createDeployment)[1])
}

func TestDeploy_FolderWithASpace_HasAURLThatThePlatformTakes(t *testing.T) {
	t.Parallel()

	dir := filepath.Join(gitRepository(t), "my 100% app")
	require.NoError(t, os.Mkdir(dir, 0o700))
	gitIn(t, dir, "init", "-q", "-b", "main")
	gitIn(t, dir, "commit", "-q", "--allow-empty", "-m", "first")

	f := platformWith(t)
	b := signedInTo(t, f)
	require.Equal(t, ExitOK, b.run(t, "deploy", dir, "-d", "--yes"), b.err.String())
	require.Contains(t, f.sent("POST /v1/projects")[0], `/my%20100%25%20app"`)
	require.Contains(t, f.sent("POST /v1/projects")[0], `"name":"my 100% app"`)
}

func TestDeploy_InASubfolder_MakesAProjectOfTheAppAndNotOfTheFolder(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "apps", "web", "src"), 0o700))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "documents"), 0o700))

	for place, root := range map[string]string{"apps/web/src": `"root_directory":"apps/web"`, "documents": `"name":"` + filepath.Base(dir) + `"`} {
		f := platformWith(t)
		b := signedInTo(t, f)
		require.Equal(t, ExitOK, b.run(t, "deploy", filepath.Join(dir, place), "-d", "--yes"), b.err.String())
		require.Contains(t, f.sent("POST /v1/projects")[0], root)
		require.NoError(t, os.RemoveAll(filepath.Join(dir, linkName)))
	}
}
