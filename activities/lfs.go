package activities

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// maxLargeFiles bounds the files of a commit in Git LFS.
	maxLargeFiles = 5_000
	// attributesBytes is far above what people write into .gitattributes.
	attributesBytes = 1 << 20
)

// largeFile is a file of Git LFS that was fetched.
type largeFile struct {
	path string
	size int64
}

// addLargeFiles fetches the files that the commit keeps in Git LFS into the directory. Those that their server does not give to everybody stay the pointers
// that git has, and are missing from the content; a server that may do so later is an error.
func (s *Source) addLargeFiles(ctx context.Context, content *sourceContent, request CloneRequest, directory string, tooLarge error) error {
	pointers, err := findPointers(ctx, content.repository, content.entries)
	if err != nil || len(pointers) == 0 {
		return err
	}

	if len(pointers) > maxLargeFiles {
		return problem.New(problem.Invalid, "The repository %s has more than %d files in Git LFS at %.12s. Leave out what a build does not need.",
			request.RepositoryURL, maxLargeFiles, content.commit.hash)
	}

	objects, room := map[string]int64{}, s.config.MaxBytes
	for _, pointer := range pointers {
		// Compared so that no sum can overflow.
		if pointer.size > room {
			return tooLarge
		}

		room -= pointer.size
		objects[pointer.object] = pointer.size
	}

	fetched, reason, err := s.fetchLargeFiles(ctx, content, request, directory, objects)
	if err != nil {
		return err
	}

	content.large = map[string]largeFile{}
	missing := []string{}

	for _, pointer := range pointers {
		// A pointer may lie about the size of what another one names as well.
		if file, ok := fetched[pointer.object]; ok && objects[pointer.object] == pointer.size {
			content.large[pointer.path] = largeFile{path: file, size: pointer.size}
		} else {
			missing = append(missing, pointer.path)
		}
	}

	if len(missing) > 0 {
		content.incomplete = true
		content.missing = append(content.missing, fmt.Sprintf("In place of %s there stands a pointer of some 130 bytes, since Git LFS keeps the content, and %s",
			pathsInWords(missing), reason))
	}

	return nil
}

// fetchLargeFiles returns the objects that it could fetch, and in words why it could not fetch the others.
func (s *Source) fetchLargeFiles(
	ctx context.Context, content *sourceContent, request CloneRequest, directory string, objects map[string]int64,
) (map[string]string, string, error) {
	server := s.largeFileServer(ctx, content, request.RepositoryURL)
	if server == "" {
		return nil, "it can only be fetched by https. Push the repository to a server that speaks Git LFS.", nil
	}

	client := lfsClient{client: s.lfsHTTP(), server: server, repository: request.RepositoryURL, mayUse: s.mayUse}

	// A server that .lfsconfig names elsewhere gets no credentials.
	if request.Credentials != nil && server == ownLargeFileServer(request.RepositoryURL) {
		client.authorization = basicAuthorization(*request.Credentials)
	}

	defer client.client.CloseIdleConnections()

	return client.fetch(ctx, directory, objects)
}

// largeFileServer returns the URL of the LFS server: the one that .lfsconfig names, else the one that belongs to the repository. It is empty where there is
// none that could be asked.
func (s *Source) largeFileServer(ctx context.Context, content *sourceContent, repositoryURL string) string {
	server := ownLargeFileServer(repositoryURL)

	if lo.ContainsBy(content.entries, func(entry sourceEntry) bool { return entry.path == ".lfsconfig" && entry.isFile() }) {
		// git ends with an error where the setting is not there or the file cannot be read.
		configured, err := content.repository.output(ctx, "config", "--blob", content.commit.hash+":.lfsconfig", "--get", "lfs.url")
		if value := strings.TrimSpace(string(configured)); err == nil && value != "" {
			server = strings.TrimSuffix(value, "/")
		}
	}

	if strings.HasPrefix(server, "file:") || checkRepositoryURL(server, s.config.GitProtocols) != nil {
		return ""
	}

	return server
}

// ownLargeFileServer is the URL of the LFS server that belongs to a repository.
func ownLargeFileServer(repositoryURL string) string {
	return strings.TrimSuffix(strings.TrimSuffix(repositoryURL, "/"), ".git") + ".git/info/lfs"
}

// lfsPointer is what git has of a file whose content is in Git LFS.
type lfsPointer struct {
	path string
	// object is the SHA-256 of the content.
	object string
	size   int64
}

// findPointers returns the files of a commit that are in Git LFS. Nothing else is read where no .gitattributes mentions it.
func findPointers(ctx context.Context, repository git, entries []sourceEntry) ([]lfsPointer, error) {
	inUse := false
	attributes := lo.Filter(entries, func(entry sourceEntry, _ int) bool {
		return entry.isFile() && path.Base(entry.path) == ".gitattributes" && entry.size <= attributesBytes
	})

	err := readBlobs(ctx, repository, attributes, func(_ sourceEntry, content io.Reader) error {
		text, err := io.ReadAll(content)
		inUse = inUse || strings.Contains(string(text), "filter=lfs")

		return err
	})
	if err != nil || !inUse {
		return nil, err
	}

	pointers := []lfsPointer{}
	candidates := lo.Filter(entries, func(entry sourceEntry, _ int) bool {
		return entry.isFile() && entry.size >= minPointerBytes && entry.size <= maxPointerBytes
	})

	err = readBlobs(ctx, repository, candidates, func(entry sourceEntry, content io.Reader) error {
		text, err := io.ReadAll(content)
		if object, size, ok := parsePointer(string(text)); ok {
			pointers = append(pointers, lfsPointer{path: entry.path, object: object, size: size})
		}

		return err
	})

	return pointers, err
}

// errNoLFS is the error for a server that does not speak Git LFS, or not with us.
var errNoLFS = errors.New("no Git LFS")
