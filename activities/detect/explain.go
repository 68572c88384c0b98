package detect

import (
	"slices"

	"github.com/zeitwork/zeitwork/activities/detect/complaint"
	"github.com/zeitwork/zeitwork/activities/detect/node"
	"github.com/zeitwork/zeitwork/activities/detect/php"
	"github.com/zeitwork/zeitwork/activities/detect/ruby"
)

// complaints are asked in this order; the first that matches explains the failure.
func complaints() []complaint.Complaint {
	return slices.Concat(
		php.ScriptComplaints(),
		node.Complaints(),
		ruby.Complaints(),
		php.Complaints(),
	)
}

// Explain finds in the last lines of a failed instruction what the user can do about it; false where nothing is known.
func Explain(output string) (string, bool) {
	return complaint.Explain(complaints(), output)
}
