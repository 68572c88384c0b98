package activities

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/id"
)

// generated asks for a build of the repository by a Dockerfile that is not in it.
func (b *builderBundle) generated(t *testing.T, repository *testRepository, plan buildplan.Plan) BuildRequest {
	t.Helper()

	return BuildRequest{ProjectID: b.project, DeploymentID: id.New(), Tree: b.open(t, b.clone(t, repository)), Plan: plan}
}

func TestBuildGenerated_SeesTheVariablesThatItsPlanNamesAndNoOthers(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	repository := newApp(t, "FROM nowhere\n")
	plan := buildplan.Plan{
		Dockerfile: toolDockerfile + "ARG PUBLIC_URL\n" + `RUN --mount=type=secret,id=TOKEN,env=TOKEN ["/tool", "hash", "TOKEN"]` + "\n" +
			`RUN ["/tool", "hash", "PUBLIC_URL"]` + "\n",
		Arguments: []string{"PUBLIC_URL", "NOT_SET"}, Secrets: []string{"TOKEN"},
	}

	request := bundle.generated(t, repository, plan)
	request.Secrets = map[string]string{"TOKEN": "canary", "PUBLIC_URL": "https://app.example.com", "DATABASE_URL": "postgres://"}

	_, log, err := bundle.build(t.Context(), request)
	require.NoError(t, err, log)

	for _, value := range []string{"canary", "https://app.example.com"} {
		require.Contains(t, log, fmt.Sprintf("stdout: %x\n", sha256.Sum256([]byte(value))))
	}

	request.Plan.Dockerfile = toolDockerfile + `RUN --mount=type=secret,id=DATABASE_URL,required=true ["/tool", "hash", "x"]` + "\n"
	_, _, err = bundle.build(t.Context(), request)
	requireUsers(t, err, "no environment variable DATABASE_URL")
}

func TestBuildGenerated_ArgumentThatChanges_IsBuiltAnew(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	request := bundle.generated(t, newApp(t, "FROM nowhere\n"), buildplan.Plan{
		Dockerfile: toolDockerfile + "ARG PUBLIC_URL\n" + `RUN ["/tool", "random"]` + "\n", Arguments: []string{"PUBLIC_URL"},
	})

	for _, test := range []struct {
		value  string
		cached bool
	}{{"one", false}, {"one", true}, {"two", false}} {
		request.Secrets = map[string]string{"PUBLIC_URL": test.value, "OTHER": id.New().String()}

		_, log, err := bundle.build(t.Context(), request)
		require.NoError(t, err, log)
		require.Equal(t, test.cached, strings.Contains(log, `RUN ["/tool", "random"]: cached`), log)
	}
}

func TestBuildGenerated_InsideAWorkspace_SeesAllOfItButWhatIsIgnored(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	repository := newApp(t, "FROM nowhere\n")
	require.NoError(t, os.MkdirAll(filepath.Join(repository.path("apps"), "web"), 0o755))
	repository.commit("An app", map[string]string{"apps/web/page": "x", "node_modules": "x"})

	request := bundle.generated(t, repository, buildplan.Plan{
		Context: ".", Dockerfile: toolDockerfile + "COPY apps/web/page /page\n", Dockerignore: "node_modules\n",
	})
	request.RootDirectory = "apps/web"

	_, log, err := bundle.build(t.Context(), request)
	require.NoError(t, err, log)

	request.Plan.Dockerfile = toolDockerfile + "COPY node_modules /\n"
	_, _, err = bundle.build(t.Context(), request)
	requireUsers(t, err, "made no /node_modules")

	request.Plan.Context = ""
	request.Plan.Dockerfile = "FROM scratch\nCOPY page /\n"
	_, log, err = bundle.build(t.Context(), request)
	require.NoError(t, err, log)
}

func TestBuildGenerated_FailingCommand_IsNamedWithoutTheFileThatTheUserDoesNotHave(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	request := bundle.generated(t, newApp(t, "FROM nowhere\n"), buildplan.Plan{
		Dockerfile: toolDockerfile + "RUN --mount=type=cache,target=/cache \\\n  --mount=type=tmpfs,target=/tmp \\\n" + `  ["/tool", "exit", "3"]` + "\n",
	})

	_, _, err := bundle.build(t.Context(), request)
	requireUsers(t, err)
	require.ErrorContains(t, err, "`[\"/tool\", \"exit\", \"3\"]` ended with exit code 3. The build log shows why.")
	require.NotContains(t, err.Error(), "Dockerfile, line")
}

func TestBuildGenerated_CommandWhoseChildWasKilled_IsSaidToNeedMoreMemory(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	request := bundle.generated(t, newApp(t, "FROM nowhere\n"), buildplan.Plan{
		Dockerfile: toolDockerfile + `RUN ["/tool", "fail", "the worker was ended by SIGKILL"]` + "\n",
	})

	_, _, err := bundle.build(t.Context(), request)
	requireUsers(t, err, "more memory than 256 MiB")
}

func TestBuildGenerated_ImageThatTheRegistryLacks_IsExplainedByThePlan(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)

	const image = "docker.io/library/ruby:3.3.99-slim"

	request := bundle.generated(t, newApp(t, "FROM nowhere\n"), buildplan.Plan{
		Dockerfile: "FROM " + image + "\n", Missing: map[string]string{image: "The Gemfile asks for Ruby 3.3.99. Ask for another.", "other": "x"},
	})

	_, _, err := bundle.build(t.Context(), request)
	requireUsers(t, err)
	require.ErrorContains(t, err, "The Gemfile asks for Ruby 3.3.99. Ask for another.")

	request.Plan.Missing = nil
	_, _, err = bundle.build(t.Context(), request)
	requireUsers(t, err, "The platform's table of base images names ruby:3.3.99-slim, which does not exist")
}
