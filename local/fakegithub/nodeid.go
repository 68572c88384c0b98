package fakegithub

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// Prefixes of the global ids that GraphQL uses.
const (
	userNode         = "U"
	organizationNode = "O"
	botNode          = "BOT"
	appNode          = "A"
	repositoryNode   = "R"
	refNode          = "REF"
	commitNode       = "C"
	pullNode         = "PR"
	deploymentNode   = "DE"
	deploymentStatus = "DES"
	statusNode       = "SC"
	commentNode      = "IC"
)

// nodeID returns the global id of something: opaque to clients, and the same for as long as the thing exists.
func nodeID(kind string, id int64) string {
	return kind + "_kgDO" + base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(id))) //nolint:gosec // Ids are positive.
}

// fromNodeID is the reverse of nodeID; false for anything that is not a global id of that kind.
func fromNodeID(kind, node string) (int64, bool) {
	encoded, ok := strings.CutPrefix(node, kind+"_kgDO")
	if !ok {
		return 0, false
	}

	data, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || len(data) != 8 {
		return 0, false
	}

	return int64(binary.BigEndian.Uint64(data)), true //nolint:gosec // As above.
}

// RepositoryNodeID returns the global id of a repository.
func RepositoryNodeID(repository int64) string { return nodeID(repositoryNode, repository) }
