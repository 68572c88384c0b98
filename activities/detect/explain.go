package detect

import (
	"slices"

	"github.com/zeitwork/zeitwork/activities/detect/complaint"
	"github.com/zeitwork/zeitwork/activities/detect/node"
	"github.com/zeitwork/zeitwork/activities/detect/php"
	"github.com/zeitwork/zeitwork/activities/detect/ruby"
)

// complaints are looked for in this order. The scripts of Composer come before Node, which would look for their programs in package.json.
func complaints() []complaint.Complaint {
	return slices.Concat(
		php.ScriptComplaints(),
		node.Complaints(),
		ruby.Complaints(),
		php.Complaints(),
	)
}

// Explain returns a sentence for the user: what the last lines of a failed instruction complain about, and what to change. It returns false where no
// known complaint is among them.
func Explain(output string) (string, bool) {
	return complaint.Explain(complaints(), output)
}
