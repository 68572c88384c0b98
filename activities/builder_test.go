package activities

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
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
	"github.com/zeitwork/zeitwork/internal/relay"
	"github.com/zeitwork/zeitwork/internal/secret"
)

type builderBundle struct {
	*testBundle

	builder *Builder
}

func setupBuilder(t *testing.T) *builderBundle {
	t.Helper()

	bundle := &builderBundle{testBundle: setup(t)}
	bundle.builder = NewBuilder(BuilderConfig{
		Addresses: []string{part(t, "ZEITWORK_TEST_BUILDKIT")}, Timeout: time.Minute, MemoryBytes: 256 << 20,
	}, bundle.registry, bundle.key)

	return bundle
}

// reachedByBuildkitd makes a server of this machine answer where buildkitd is, which reaches none but the platform's registry.
func reachedByBuildkitd(t *testing.T, address string) {
	t.Helper()

	forwarder := relay.IntoNamespace(part(t, "ZEITWORK_TEST_BUILDKIT_NETWORK"), address)
	require.NoError(t, forwarder.Open(t.Context()))
	t.Cleanup(func() { require.NoError(t, forwarder.Close()) })
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

func TestBuild_Facts_ReachWhoNamesThemAndBreakNobodyElsesCache(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	commit := func(request BuildRequest, sha string) BuildRequest {
		request.Facts = map[string]string{"ZEITWORK_COMMIT": sha}

		return request
	}

	silent := bundle.request(t, newApp(t, toolDockerfile+`RUN ["/tool", "print", "built"]`+"\n"))
	first, log, err := bundle.build(t.Context(), commit(silent, "c0ffee"))
	require.NoError(t, err, log)
	require.Contains(t, log, "stdout: built\n")

	second, log, err := bundle.build(t.Context(), commit(silent, "decaf"))
	require.NoError(t, err, log)
	require.NotContains(t, log, "stdout: built\n", "it is cached")
	require.Equal(t, first.Digest, second.Digest)

	named := bundle.request(t, newApp(t, toolDockerfile+"ARG ZEITWORK_COMMIT\nLABEL commit=$ZEITWORK_COMMIT\n"))
	result, log, err := bundle.build(t.Context(), commit(named, "c0ffee"))
	require.NoError(t, err, log)

	config, err := bundle.image(t, ImageRepository(bundle.project), result.Digest).ConfigFile()
	require.NoError(t, err)
	require.Equal(t, "c0ffee", config.Config.Labels["commit"])
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
		"internal registry": {
			"FROM 10.255.255.254:5000/app:1\n",
			[]string{"Dockerfile, line 1: the image 10.255.255.254:5000/app:1 cannot be pulled: its registry leads to 10.255.255.254, an internal address"},
		},
		"registry of the builder's machine": {"FROM 127.0.0.1:1/app\n", []string{"Dockerfile, line 1", "leads to 127.0.0.1, an internal address"}},
		"hidden clone":                      {"FROM scratch\nARG URL=https://example.com/app.git\nADD $URL /x\n", []string{"ADD cannot download"}},
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

func TestBuild_FilesThatBuildKitCannotTake_AreNamedAtOnce(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		dockerignore string
		link         bool
		words        []string
	}{
		"name that is not UTF-8":   {"", false, []string{`The name of the file "docs/r\xe9sum\xe9.txt"`, "not UTF-8"}},
		"target that is not UTF-8": {"", true, []string{`The target of the symbolic link "docs/link"`, "not UTF-8"}},
		"left out":                 {"docs\n", false, nil},
		"bad pattern":              {"docs\n[abc\n", false, []string{`.dockerignore cannot be read: "[abc" is no pattern`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			bundle := setupBuilder(t)
			repository := newRepository(t, map[string]string{"index.html": "page", "docs/x": "", ".dockerignore": test.dockerignore})
			if test.link {
				require.NoError(t, os.Symlink("r\xe9sum\xe9.txt", repository.path("docs/link")))
			} else {
				repository.write(map[string]string{"docs/r\xe9sum\xe9.txt": "x"})
			}

			repository.commit("Names", nil)

			request := BuildRequest{ProjectID: bundle.project, DeploymentID: id.New(), Tree: bundle.open(t, bundle.clone(t, repository))}

			// Generated or not, and without the look that detection takes.
			repository.commit("Dockerfile", map[string]string{"Dockerfile": "FROM scratch\nCOPY . /\n"})
			own := request
			own.Tree, own.Plan = bundle.open(t, bundle.clone(t, repository)), buildplan.Plan{DockerfilePath: "Dockerfile"}
			request.Plan = buildplan.Plan{Dockerfile: "FROM scratch\nCOPY . /\n"}

			for _, request := range []BuildRequest{request, own} {
				_, log, err := bundle.build(t.Context(), request)
				if test.words == nil {
					require.NoError(t, err, log)
				} else {
					requireUsers(t, err, test.words...)
				}
			}
		})
	}
}

func TestBuild_DockerfileAsPeopleWriteThem(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files map[string]string
		link  string
		plan  buildplan.Plan
		want  []string
	}{
		"Windows lines": {
			files: map[string]string{
				"docker/web":              "# on Windows\r\nFROM scratch\r\nCOPY . /\r\nCOPY <<EOF /made.txt\r\none\r\ntwo\r\nEOF\r\nEXPOSE 3000\r\n",
				"docker/web.dockerignore": "left-out\r\n", "left-out": "", "kept": "",
			},
			plan: buildplan.Plan{DockerfilePath: "docker/web"}, want: []string{"kept", "made.txt=one\ntwo\n"},
		},
		"link to a file that .dockerignore leaves out, with a byte order mark": {
			files: map[string]string{
				"docker/web.Dockerfile": "\xef\xbb\xbf# syntax=docker/dockerfile:1.7-labs\n# escape=\\\nARG PORT=4000\nFROM scratch AS tools\n" +
					"COPY <<'EOF' /a.txt\n$HOME\nEOF\nFROM scratch AS unused\nCOPY missing /\nFROM scratch\nARG PORT\nCOPY --from=0 /a.txt ./made/\nEXPOSE ${PORT}/tcp 53/udp\n",
				".dockerignore": "Dockerfile\ndocker\n",
			},
			link: "docker/web.Dockerfile", plan: buildplan.Plan{DockerfilePath: "Dockerfile"}, want: []string{"made/a.txt=$HOME\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			bundle := setupBuilder(t)
			repository := newRepository(t, test.files)

			if test.link != "" {
				require.NoError(t, os.Symlink(test.link, repository.path("Dockerfile")))
				repository.commit("Link", nil)
			}

			tree := bundle.open(t, bundle.clone(t, repository))
			plan, err := detect.Detect(tree.Dir, buildplan.Settings{DockerfilePath: test.plan.DockerfilePath})
			require.NoError(t, err)

			result, log, err := bundle.build(t.Context(), BuildRequest{ProjectID: bundle.project, DeploymentID: id.New(), Tree: tree, Plan: plan})
			require.NoError(t, err, log)

			files := contentsOf(t, bundle.image(t, ImageRepository(bundle.project), result.Digest))
			require.NotContains(t, files, "left-out")

			for _, want := range test.want {
				name, content, _ := strings.Cut(want, "=")
				require.Contains(t, files, name)
				require.Equal(t, content, files[name])
			}
		})
	}
}

// contentsOf returns the regular files of an image by their paths.
func contentsOf(t *testing.T, image v1.Image) map[string]string {
	t.Helper()

	stream := mutate.Extract(image)
	defer func() { _ = stream.Close() }()

	files := map[string]string{}

	for reader := tar.NewReader(stream); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files
		}

		require.NoError(t, err)

		content, err := io.ReadAll(reader)
		require.NoError(t, err)

		if header.Typeflag == tar.TypeReg {
			files[header.Name] = string(content)
		}
	}
}

func TestBuild_FileThatIsIgnored_IsSaidToBe(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	repository := newRepository(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY dist/app /\n", "dist/app": "", ".dockerignore": "dist\n"})
	_, _, err := bundle.build(t.Context(), bundle.request(t, repository))
	requireUsers(t, err, "Dockerfile, line 2: dist/app stands in the root directory, and .dockerignore leaves it out", "!dist/app")
}

func TestBuild_ArgumentsTargetAndPorts(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	base := "zeitwork-test-" + id.New().String()
	bundle.push(t, "docker.io/library/"+base, "1", mutateConfig(t, empty.Image, v1.Config{ExposedPorts: map[string]struct{}{"80/tcp": {}, "53/udp": {}}}))

	repository := newApp(t, "FROM "+base+":1 AS web\nCOPY tool /tool\nARG NEXT_PUBLIC_URL=none\nARG PASSWORD=none\n"+
		`RUN ["/tool", "print", "for people"]`+"\nLABEL url=$NEXT_PUBLIC_URL password=$PASSWORD\nFROM scratch AS worker\nEXPOSE 9\n")
	tree := bundle.open(t, bundle.clone(t, repository))
	plan, err := detect.Detect(tree.Dir, buildplan.Settings{DockerfileTarget: "web", Variables: []string{"NEXT_PUBLIC_URL", "PASSWORD"}})
	require.NoError(t, err)

	result, log, err := bundle.build(t.Context(), BuildRequest{
		ProjectID: bundle.project, DeploymentID: id.New(), Tree: tree, Plan: plan,
		Secrets: map[string]string{"NEXT_PUBLIC_URL": "https://api.example.com", "PASSWORD": "canary", "OTHER": "canary"},
	})
	require.NoError(t, err, log)
	require.Equal(t, []int{80}, result.ExposedPorts)

	file, err := bundle.image(t, ImageRepository(bundle.project), result.Digest).ConfigFile()
	require.NoError(t, err)
	require.Equal(t, map[string]string{"url": "https://api.example.com", "password": "none"}, file.Config.Labels)

	encoded, err := json.Marshal(file)
	require.NoError(t, err)
	require.NotContains(t, string(encoded), "canary")
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

func TestBuild_DockerfileThatIsWrittenForTheTop_IsToldFromAWrongPath(t *testing.T) {
	t.Parallel()

	directory := t.TempDir()
	for _, name := range []string{"packages", "apps/web"} {
		require.NoError(t, os.MkdirAll(filepath.Join(directory, name), 0o755))
	}

	failed := failure{request: BuildRequest{Tree: &Tree{Dir: directory}, RootDirectory: "apps/web", Plan: buildplan.Plan{DockerfilePath: "Dockerfile"}}}
	requireUsers(t, explainMissingFile(errors.New("not found"), "/packages", failed), "there is no packages in the root directory apps/web, but one at the top",
		"Set the project's root directory to the top, and its Dockerfile to apps/web/Dockerfile.")
	requireUsers(t, explainMissingFile(errors.New("not found"), "/libs", failed), "there is no libs in the root directory, or in the stage")
}

func TestBuild_AdviceIsNoneThatWasFollowedAlready(t *testing.T) {
	t.Parallel()

	const heap = "FATAL ERROR: JavaScript heap out of memory"

	builder := NewBuilder(BuilderConfig{MemoryBytes: 4 << 30}, NewRegistry(registryAt("127.0.0.1:1"), secret.Key{}), secret.Key{})

	for output, words := range map[string]string{
		heap: "Put NODE_OPTIONS=--max-old-space-size=3072",
		"> NODE_OPTIONS=--max-old-space-size=8192 next build\n" + heap: "Raise max-old-space-size there, to 3072 at most",
	} {
		requireUsers(t, builder.explainExit(errors.New("exit code: 134"), 134, failure{output: output}), words)
	}

	for generated, words := range map[bool]string{
		false: "Dockerfile, line 3: no such option. Correct the instruction.", true: "BuildKit cannot build this: no such option. Correct the source",
	} {
		failed := failure{instruction: instruction{file: "Dockerfile", line: 3}, generated: generated}
		requireUsers(t, explainOthers(errors.New("failed to solve: no such option"), failed), words)
	}

	request := BuildRequest{Plan: buildplan.Plan{Dockerfile: "FROM scratch\n"}, Tree: &Tree{Dir: t.TempDir()}}
	builder.config.Addresses = []string{"unix://" + filepath.Join(t.TempDir(), "away")}

	_, err := builder.Build(t.Context(), request, func(LogLine) {}) // Its time is over before it begins.
	requireUsers(t, err, "longer than 0s")
	require.NotContains(t, err.Error(), "before the source is copied")
}

func TestBuild_BuildkitAway_IsOurs(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	request := bundle.request(t, newApp(t, toolDockerfile))
	socket := filepath.Join(t.TempDir(), "buildkitd.sock")

	bundle.builder.config.Addresses = []string{"unix://" + socket}
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

func TestBuild_SharedCache_NewestIsKeptInTheRegistryAndNoOther(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	bundle.builder.config.SharedCache = true

	repository := newApp(t, toolDockerfile+`RUN ["/tool", "random"]`+"\n")
	digests := map[string]bool{}
	newest := ""

	for number := range 3 {
		repository.commit("Change", map[string]string{"page": strconv.Itoa(number), "Dockerfile": toolDockerfile + "COPY page /page\n" + `RUN ["/tool", "random"]` + "\n"})

		request := bundle.request(t, repository)
		newest = cacheTag + request.DeploymentID.String()
		_, log, err := bundle.build(t.Context(), request)
		require.NoError(t, err, log)

		known, err := bundle.registry.caches(t.Context(), bundle.project)
		require.NoError(t, err)
		require.Equal(t, []string{newest}, known)

		digest, err := bundle.registry.digestOf(t.Context(), ImageRepository(bundle.project), newest)
		require.NoError(t, err)

		digests[digest] = true
	}

	// None of the manifests before is left, under whatever name.
	require.Len(t, digests, 3)

	repositoryOf, err := bundle.registry.repository(ImageRepository(bundle.project))
	require.NoError(t, err)

	left := 0

	for digest := range digests {
		if _, err := remote.Head(repositoryOf.Digest(digest), remote.WithContext(t.Context())); err == nil {
			left++
		}
	}

	require.Equal(t, 1, left)
	bundle.image(t, ImageRepository(bundle.project), newest)
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

func TestBuild_LinesNameTheirInstruction_WithHowItEnded(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	repository := newApp(t, toolDockerfile+`RUN ["/tool", "random"]`+"\n"+`RUN ["/tool", "fail"]`+"\n")
	groups, lines := map[string]LogGroup{}, map[string]int{}

	_, err := bundle.builder.Build(t.Context(), bundle.request(t, repository), func(line LogLine) {
		if line.Group != nil {
			groups[line.Group.Name] = *line.Group
			lines[line.Group.Name]++
		}
	})
	require.Error(t, err)

	copied, ran, failed := groups["[1/3] COPY tool /tool"], groups[`[2/3] RUN ["/tool", "random"]`], groups[`[3/3] RUN ["/tool", "fail"]`]
	require.Contains(t, []string{GroupDone, GroupCached}, copied.State, "other tests build it, too: %v", groups)
	require.Equal(t, GroupDone, ran.State, "%v", groups)
	require.Equal(t, GroupFailed, failed.State, "%v", groups)
	require.Contains(t, failed.Error, "did not complete successfully")
	require.GreaterOrEqual(t, lines[ran.Name], 3, "its heading, what it wrote, and its end")
	require.Less(t, copied.Number, ran.Number)
	require.Less(t, ran.Number, failed.Number)
	require.False(t, failed.Ended.Before(failed.Started))
}
