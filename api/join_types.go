package api

import (
	"time"

	"github.com/google/uuid"
)

// JoinToken is a one-time token of a node or an edge.
type JoinToken struct {
	Token     string    `doc:"Good for one machine, which joins with it. It is shown this once." json:"token"`
	ExpiresAt time.Time `json:"expires_at"`
}

// JoinTokenOutput is a one-time token of a node or an edge.
type JoinTokenOutput struct{ Body JoinToken }

// JoinInput makes the calling machine a node or an edge.
//
//nolint:lll // One field a line, with its documentation.
type JoinInput struct {
	Body struct {
		Token     string `doc:"The one-time token." json:"token" maxLength:"100" minLength:"1"`
		PublicKey string `doc:"Ed25519 key that the machine has made, 32 bytes in base64url. Requests with the token of the answer have to be signed by it." json:"public_key" maxLength:"43" minLength:"43" pattern:"^[A-Za-z0-9_-]+$" patternDescription:"base64url without padding"`
		CheckOnly bool   `doc:"Only say whether the one-time token is good, and for which node or edge." json:"check_only,omitempty"`
	}
}

// JoinNodeInput makes the calling machine a node.
type JoinNodeInput JoinInput

// JoinEdgeInput makes the calling machine an edge.
type JoinEdgeInput JoinInput

// JoinedNode is the node that a machine has become, and what it is told of the platform.
type JoinedNode struct {
	NodeID       uuid.UUID `json:"node_id"`
	Name         string    `json:"name"`
	RegistryHost string    `doc:"ZEITWORK_REGISTRY_HOST of nodes: host and port of the registry." example:"registry.example.com" json:"registry_host"`
	Token        string    `doc:"ZEITWORK_NODE_TOKEN, which is shown this once; absent with check_only." json:"token,omitempty"`
}

// JoinedNodeOutput is the node that a machine has become.
type JoinedNodeOutput struct{ Body JoinedNode }

// JoinedEdge is the edge that a machine has become.
type JoinedEdge struct {
	EdgeID uuid.UUID `json:"edge_id"`
	Name   string    `json:"name"`
	Region string    `doc:"ZEITWORK_EDGE_REGION of the edge: where it stands." example:"eu" json:"region"`
	Token  string    `doc:"ZEITWORK_EDGE_TOKEN, which is shown this once; absent with check_only." json:"token,omitempty"`
}

// JoinedEdgeOutput is the edge that a machine has become.
type JoinedEdgeOutput struct{ Body JoinedEdge }

// BindNodeTokenInput replaces the calling node's token.
//
//nolint:lll // One field a line, with its documentation.
type BindNodeTokenInput struct {
	Body struct {
		PublicKey string `doc:"Ed25519 key that the machine has made, 32 bytes in base64url. Requests with the token of the answer have to be signed by it." json:"public_key" maxLength:"43" minLength:"43" pattern:"^[A-Za-z0-9_-]+$" patternDescription:"base64url without padding"`
	}
}

// BindEdgeTokenInput names the key of the machine that is the calling edge.
//
//nolint:lll // One field a line, with its documentation.
type BindEdgeTokenInput struct {
	Body struct {
		PublicKey string `doc:"Ed25519 key that the machine has made, 32 bytes in base64url. Requests with the calling edge's token have to be signed by it." json:"public_key" maxLength:"43" minLength:"43" pattern:"^[A-Za-z0-9_-]+$" patternDescription:"base64url without padding"`
	}
}

// BoundTokenOutput is a token that is of use on one machine alone.
type BoundTokenOutput struct {
	Body struct {
		Token string `doc:"ZEITWORK_NODE_TOKEN, which is shown this once." json:"token"`
	}
}
