package activities

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

type builderBundle struct {
	*testBundle

	builder *Builder
}

func setupBuilder(t *testing.T) *builderBundle {
	t.Helper()

	bundle := &builderBundle{testBundle: setup(t)}
	bundle.builder = NewBuilder(BuilderConfig{
		Address: part(t, "ZEITWORK_TEST_BUILDKIT"), Timeout: time.Minute, MemoryBytes: 256 << 20,
	}, bundle.registry, bundle.key)

	return bundle
}

// request plans the build of the repository's newest commit.
func (b *builderBundle) request(t *testing.T, repository *testRepository) BuildRequest {
	t.Helper()

	tree := b.open(t, b.clone(t, repository))
	plan, err := detect.Detect(tree.Dir, buildplan.Settings{})
	require.NoError(t, err)

	return BuildRequest{ProjectID: b.project, DeploymentID: id.New(), Tree: tree, Plan: plan}
}

// build returns the log as text beside the result.
func (b *builderBundle) build(ctx context.Context, request BuildRequest) (BuildResult, string, error) {
	log := &strings.Builder{}
	result, err := b.builder.Build(ctx, request, func(line LogLine) { fmt.Fprintf(log, "%s: %s\n", line.Stream, line.Line) })

	return result, log.String(), err
}

const toolDockerfile = "FROM scratch\nCOPY tool /tool\n"

func TestBuild_PushesTheImage(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	dockerfile := toolDockerfile + `RUN ["/tool", "print", "hello from the build"]` + "\n" + `RUN ["/tool", "warn", "careful"]` + "\nEXPOSE 3000\nCMD [\"/tool\"]\n"

	result, log, err := bundle.build(t.Context(), bundle.request(t, newApp(t, dockerfile)))
	require.NoError(t, err, log)
	require.Contains(t, log, "system: [2/3] RUN [\"/tool\", \"print\", \"hello from the build\"]\nstdout: hello from the build\n")
	require.Contains(t, log, "stderr: careful\n")
	require.NotContains(t, log, "[internal]")

	config, err := bundle.image(t, ImageRepository(bundle.project), result.Digest).ConfigFile()
	require.NoError(t, err)
	require.Equal(t, []string{"/tool"}, config.Config.Cmd)
	require.Equal(t, time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC), config.Created.UTC())
}

func TestBuild_SecondRunGivesTheSameImage(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	request := bundle.request(t, newApp(t, toolDockerfile+`RUN ["/tool", "random"]`+"\n"))

	first, log, err := bundle.build(t.Context(), request)
	require.NoError(t, err, log)

	second, log, err := bundle.build(t.Context(), request)
	require.NoError(t, err, log)
	require.Equal(t, first, second)
	require.Contains(t, log, "[2/2] RUN [\"/tool\", \"random\"]: cached\n")
}

func TestBuild_ChangeOfTheSameSecondAndSize_IsSeen(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	repository := newRepository(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY page /page\n", "page": "one"})
	digests := map[string]bool{}

	for _, content := range []string{"two", "six"} {
		repository.commit("Change", map[string]string{"page": content})

		result, log, err := bundle.build(t.Context(), bundle.request(t, repository))
		require.NoError(t, err, log)

		digests[result.Digest] = true
	}

	require.Len(t, digests, 2)
}

func TestBuild_FromABaseImageOfTheMirror(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	base := "zeitwork-test-" + id.New().String()
	bundle.push(t, "docker.io/library/"+base, "1", mutateConfig(t, empty.Image, v1.Config{Labels: map[string]string{"base": "yes"}}))

	result, log, err := bundle.build(t.Context(), bundle.request(t, newApp(t, "# syntax=docker/dockerfile:1\nFROM "+base+":1\nCOPY tool /tool\n")))
	require.NoError(t, err, log)

	config, err := bundle.image(t, ImageRepository(bundle.project), result.Digest).ConfigFile()
	require.NoError(t, err)
	require.Equal(t, "yes", config.Config.Labels["base"])
}

func mutateConfig(t *testing.T, image v1.Image, config v1.Config) v1.Image {
	t.Helper()

	file, err := image.ConfigFile()
	require.NoError(t, err)

	file = file.DeepCopy()
	file.OS, file.Architecture, file.Config = "linux", "amd64", config
	image, err = mutate.ConfigFile(image, file)
	require.NoError(t, err)

	return image
}

func (b *builderBundle) push(t *testing.T, path, tag string, image v1.Image) {
	t.Helper()

	repository, err := b.registry.repository(path)
	require.NoError(t, err)
	require.NoError(t, remote.Write(repository.Tag(tag), image, remote.WithContext(t.Context())))
}

func TestBuild_HonoursDockerignore(t *testing.T) {
	t.Parallel()

	for _, ignore := range []string{".dockerignore", "Dockerfile.dockerignore"} {
		bundle := setupBuilder(t)
		repository := newRepository(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY . /\n", "kept": "", "left-out": "", ignore: "left-*\n"})

		result, log, err := bundle.build(t.Context(), bundle.request(t, repository))
		require.NoError(t, err, log)

		files := filesOf(t, bundle.image(t, ImageRepository(bundle.project), result.Digest))
		require.Contains(t, files, "kept")
		require.NotContains(t, files, "left-out")
	}
}

func TestBuild_GeneratedDockerfileInARootDirectory(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	request := bundle.request(t, newRepository(t, map[string]string{"Dockerfile": "FROM scratch\n", "apps/web/page": "hello"}))
	request.RootDirectory = "apps/web"
	request.Plan = buildplan.Plan{Dockerfile: "FROM scratch\nCOPY page /served\n"}

	result, log, err := bundle.build(t.Context(), request)
	require.NoError(t, err, log)
	require.Contains(t, filesOf(t, bundle.image(t, ImageRepository(bundle.project), result.Digest)), "served")
}

func TestBuild_SecretIsSeenByTheBuildAndByNothingElse(t *testing.T) {
	t.Parallel()

	const canary = "canary-4f1d"

	bundle := setupBuilder(t)
	repository := newApp(t, toolDockerfile+`RUN --mount=type=secret,id=TOKEN,env=TOKEN ["/tool", "hash", "TOKEN"]`+"\n")
	request := bundle.request(t, repository)
	request.Secrets = map[string]string{"TOKEN": canary, "OTHER": "with\nnewlines\x00and NUL"}

	log := &strings.Builder{}
	result, err := bundle.builder.Build(t.Context(), request, func(line LogLine) {
		// What runs for the build now would show it.
		if runsWith(t, canary) {
			t.Error("the secret stands in a process's arguments")
		}

		fmt.Fprintf(log, "%s: %s\n", line.Stream, line.Line)
	})
	require.NoError(t, err, log.String())
	require.Contains(t, log.String(), fmt.Sprintf("stdout: %x\n", sha256.Sum256([]byte(canary))))
	require.NotContains(t, log.String(), canary)

	image := bundle.image(t, ImageRepository(bundle.project), result.Digest)
	config, err := image.RawConfigFile()
	require.NoError(t, err)
	require.NotContains(t, string(config), canary)
	require.NotContains(t, strings.Join(filesOf(t, image), "\n"), canary)

	request.Secrets["TOKEN"] = "changed"
	_, again, err := bundle.build(t.Context(), request)
	require.NoError(t, err)
	require.Contains(t, again, fmt.Sprintf("stdout: %x\n", sha256.Sum256([]byte("changed"))), "a cached layer was made with the old value")
}

func TestBuild_AnotherProjectSharesNoLayerThatRan(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	repository := newApp(t, toolDockerfile+`RUN ["/tool", "random"]`+"\n")

	first, log, err := bundle.build(t.Context(), bundle.request(t, repository))
	require.NoError(t, err, log)

	bundle.project = id.New()
	second, log, err := bundle.build(t.Context(), bundle.request(t, repository))
	require.NoError(t, err, log)
	require.NotContains(t, log, "RUN [\"/tool\", \"random\"]: cached")
	require.NotEmpty(t, first.Digest)
	require.NotEmpty(t, second.Digest)
}

func TestBuild_ExplainsWhatIsWrong(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		dockerfile string
		words      []string
	}{
		"failing command": {
			toolDockerfile + "\nRUN [\"/tool\", \\\n  \"exit\", \"3\"]\n",
			[]string{"Dockerfile, line 4: `RUN [\"/tool\", \"exit\", \"3\"]` ended with exit code 3. The build log shows why."},
		},
		"command that is not there": {toolDockerfile + `RUN ["/nothing"]` + "\n", []string{"Dockerfile, line 3", "/nothing"}},
		"file that is not there":    {"FROM scratch\nCOPY missing /\n", []string{"Dockerfile, line 2: there is no missing in the root directory"}},
		"out of memory":             {toolDockerfile + `RUN ["/tool", "allocate", "1000000000"]` + "\n", []string{"Dockerfile, line 3", "more memory than 256 MiB"}},
		"secret that is not there": {
			toolDockerfile + `RUN --mount=type=secret,id=TOKEN,required=true ["/tool", "hash", "TOKEN"]` + "\n",
			[]string{"Dockerfile, line 3", "no environment variable TOKEN"},
		},
		"network of the host": {toolDockerfile + `RUN --network=host ["/tool", "print", "x"]` + "\n", []string{"--network=host is not available"}},
		"no sandbox":          {toolDockerfile + `RUN --security=insecure ["/tool", "print", "x"]` + "\n", []string{"--security=insecure is not available"}},
		"SSH agent":           {toolDockerfile + `RUN --mount=type=ssh,required=true ["/tool", "print", "x"]` + "\n", []string{"--mount=type=ssh is not available"}},
		"hidden download":     {"FROM scratch\nARG URL=http://169.254.169.254/latest\nADD $URL /x\n", []string{"ADD cannot download"}},
		"hidden clone":        {"FROM scratch\nARG URL=https://example.com/app.git\nADD $URL /x\n", []string{"ADD cannot download"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			bundle := setupBuilder(t)
			_, log, err := bundle.build(t.Context(), bundle.request(t, newApp(t, test.dockerfile)))
			requireUsers(t, err, test.words...)
			require.NotContains(t, log, "exporting")
		})
	}
}

func TestBuild_BaseImageNotThere_NamesIt(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	_, log, err := bundle.build(t.Context(), bundle.request(t, newApp(t, "FROM zeitwork-test-nothing:7\n")))
	require.Error(t, err, log)
	require.Contains(t, problem.MessageOf(err), "the image zeitwork-test-nothing:7")
}

func TestBuild_LongLine_IsCut(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	_, log, err := bundle.build(t.Context(), bundle.request(t, newApp(t, toolDockerfile+`RUN ["/tool", "long", "1000000"]`+"\n")))
	require.NoError(t, err)
	// BuildKit itself keeps only the first part of so much.
	require.Contains(t, log, "stdout: "+strings.Repeat("x", MaxLogLineBytes)+" … (cut, the line has ")
	require.Less(t, len(log), MaxLogLineBytes+4096)
}

func TestBuild_Cancelled_EndsTheSolve(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	mark := id.New().String()
	request := bundle.request(t, newApp(t, toolDockerfile+`RUN ["/tool", "sleep", "10m", "`+mark+`"]`+"\n"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)

	go func() {
		_, err := bundle.builder.Build(ctx, request, func(LogLine) {})
		ended <- err
	}()

	require.Eventually(t, func() bool { return runsWith(t, mark) }, time.Minute, 50*time.Millisecond)
	cancel()

	err := <-ended
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, problem.IsUsers(err))
	require.Eventually(t, func() bool { return !runsWith(t, mark) }, time.Minute, 50*time.Millisecond)
}

// runsWith tells whether a process of this machine has the text in its arguments.
func runsWith(t *testing.T, text string) bool {
	t.Helper()

	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)

	return lo.SomeBy(files, func(file string) bool {
		// A process that has ended meanwhile has no arguments.
		content, err := os.ReadFile(file)

		return err == nil && strings.Contains(string(content), text)
	})
}

func TestBuild_Timeout_IsTheUsers(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	bundle.builder.config.Timeout = 3 * time.Second

	_, _, err := bundle.build(t.Context(), bundle.request(t, newApp(t, toolDockerfile+`RUN ["/tool", "sleep", "10m"]`+"\n")))
	requireUsers(t, err, "longer than 3s")
}

func TestBuild_BuildkitAway_IsOurs(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	request := bundle.request(t, newApp(t, toolDockerfile))
	socket := filepath.Join(t.TempDir(), "buildkitd.sock")

	bundle.builder.config.Address = "unix://" + socket
	_, _, err := bundle.build(t.Context(), request)
	require.Equal(t, problem.Unavailable, problem.CodeOf(err), "%v", err)

	// And one that goes away as soon as it was asked.
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", socket)
	require.NoError(t, err)

	defer func() { _ = listener.Close() }()

	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}

			_ = connection.Close()
		}
	}()

	_, _, err = bundle.build(t.Context(), request)
	require.Equal(t, problem.Unavailable, problem.CodeOf(err), "%v", err)
}

func TestBuild_SharedCache_IsKeptInTheRegistry(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	bundle.builder.config.SharedCache = true
	_, log, err := bundle.build(t.Context(), bundle.request(t, newApp(t, toolDockerfile+`RUN ["/tool", "random"]`+"\n")))
	require.NoError(t, err, log)
	bundle.image(t, ImageRepository(bundle.project), "cache")
}

func TestPublish_TagsTheImageWithTheDeployment(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	request := bundle.request(t, newApp(t, toolDockerfile))
	built, log, err := bundle.build(t.Context(), request)
	require.NoError(t, err, log)

	first, err := bundle.registry.Publish(t.Context(), bundle.project, request.DeploymentID, built.Digest)
	require.NoError(t, err)
	require.Equal(t, "projects/"+bundle.project.String(), first.Repository)
	require.Equal(t, built.Digest, first.Digest)
	require.Greater(t, first.SizeBytes, int64(100_000))

	second, err := bundle.registry.Publish(t.Context(), bundle.project, request.DeploymentID, built.Digest)
	require.NoError(t, err)
	require.Equal(t, first, second)

	digest, err := bundle.image(t, first.Repository, request.DeploymentID.String()).Digest()
	require.NoError(t, err)
	require.Equal(t, built.Digest, digest.String())
}

func TestPublish_ImageThatIsNotThere_IsOurs(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	_, err := bundle.registry.Publish(t.Context(), bundle.project, id.New(), digestOf("a"))
	require.Error(t, err)
	require.False(t, problem.IsUsers(err))
}

// filesOf lists what the image's layers hold.
func filesOf(t *testing.T, image v1.Image) []string {
	t.Helper()

	directory := t.TempDir()
	stream := mutate.Extract(image)

	defer func() { _ = stream.Close() }()

	require.NoError(t, extract(t.Context(), stream, directory, fileTimes{}))

	entries, err := os.ReadDir(directory)
	require.NoError(t, err)

	return lo.Map(entries, func(entry os.DirEntry, _ int) string { return entry.Name() })
}

func TestBuildPlan_IsKeptAsJSON(t *testing.T) {
	t.Parallel()

	encoded, err := json.Marshal(buildplan.Plan{Framework: buildplan.FrameworkDockerfile, Reason: "r", Versions: map[string]string{}, Port: 1, DockerfilePath: "Dockerfile"})
	require.NoError(t, err)
	require.JSONEq(t, `{"framework":"dockerfile","reason":"r","versions":{},"port":1,"dockerfile":"","dockerfile_path":"Dockerfile"}`, string(encoded))
}
