package edgeproxy

import (
	"slices"
	"strings"

	"github.com/google/uuid"
)

// builtFolders hold nothing but what is named for its content or its build: those of Next.js, Nuxt, Astro and SvelteKit.
var builtFolders = []string{"/_next/static/", "/_nuxt/", "/_astro/", "/_app/immutable/"} //nolint:gochecknoglobals // It is a constant.

// assetFolders are where others put their hashed assets, such as Vite, Laravel, Rails and Create React App. Hashes are shorter there.
var assetFolders = []string{"/assets/", "/build/", "/static/", "/dist/", "/packs/"} //nolint:gochecknoglobals // It is a constant.

const (
	// leastHash is the shortest hash anywhere, leastHashInFolder that in assetFolders, and leastHashAlone that of a name that is nothing else.
	leastHash         = 8
	leastHashInFolder = 5
	leastHashAlone    = 16
	// viteHash is the length of Rollup's and Vite's hashes, which may hold the characters that end words elsewhere.
	viteHash = 8
)

// isHashedAsset tells whether a path looks like that of a file which a page loads and which has a hash of its content in its name: a page that was made
// with another build asks for another name.
func isHashedAsset(path string) bool {
	folder, name := path[:strings.LastIndexByte(path, '/')+1], path[strings.LastIndexByte(path, '/')+1:]

	dot := strings.LastIndexByte(name, '.')
	if dot < 1 {
		return false
	}

	extension := strings.ToLower(name[dot+1:])

	switch {
	case liesIn(folder, builtFolders):
		return isAssetExtension(extension) || extension == "json"
	case !isAssetExtension(extension) || uuid.Validate(name[:dot]) == nil:
		return false // What is named by an id was stored, not built.
	}

	least := leastHash
	if liesIn(folder, assetFolders) {
		least = leastHashInFolder
	}

	return hasHash(name[:dot], least)
}

func liesIn(folder string, folders []string) bool {
	return slices.ContainsFunc(folders, func(one string) bool { return strings.Contains(folder, one) })
}

// isAssetExtension tells whether files with the extension are loaded by pages, and are none themselves.
func isAssetExtension(extension string) bool {
	switch extension {
	case "js", "mjs", "cjs", "css", "map", "wasm", "webmanifest",
		"woff", "woff2", "ttf", "otf", "eot",
		"svg", "png", "jpg", "jpeg", "gif", "webp", "avif", "ico",
		"mp3", "mp4", "ogg", "wav", "webm", "vtt", "glb":
		return true
	default:
		return false
	}
}

// hasHash tells whether a word of a file's name looks like a hash of that many characters at least.
func hasHash(name string, least int) bool {
	if before := len(name) - viteHash - 1; before > 0 && (name[before] == '-' || name[before] == '.') && looksHashed(name[before+1:]) {
		return true
	}

	for first := true; name != ""; first = false {
		end := strings.IndexAny(name, ".-_~")
		if end < 0 {
			end = len(name)
		}

		if (end >= least && !first || end >= leastHashAlone) && looksHashed(name[:end]) {
			return true
		}

		name = name[min(end+1, len(name)):]
	}

	return false
}

// looksHashed tells whether a word has letters and digits, or capitals and small letters: other words and dates do not.
func looksHashed(word string) bool {
	var digits, small, capitals bool

	for i := range len(word) {
		switch c := word[i]; {
		case '0' <= c && c <= '9':
			digits = true
		case 'a' <= c && c <= 'z':
			small = true
		case 'A' <= c && c <= 'Z':
			capitals = true
		case c == '-' || c == '_':
		default:
			return false
		}
	}

	return (digits && (small || capitals)) || (small && capitals)
}
