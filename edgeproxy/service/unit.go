package service

import (
	_ "embed" // For the unit.

	"github.com/zeitwork/zeitwork/internal/systemservice"
)

// Name is the name of the service, as systemctl takes it.
const Name = "zeitwork-edgeproxy"

const unitNote = "# Written by `zeitwork edge join`, which writes it again; put changes into a drop-in (systemctl edit " + Name + ")."

//go:embed zeitwork-edgeproxy.service
var unit string

// Unit is the text of the service that runs the program. The note is its first line.
func Unit(program, note string) []byte { return systemservice.WithProgram(unit, program, note) }

// Service is what a machine has that is an edge.
func Service() systemservice.Service {
	return systemservice.Service{
		Name: Name, Unit: Unit(systemservice.Program, unitNote), SettingsFile: "/etc/zeitwork/edgeproxy.env",
		SettingsNote: "# Written by `zeitwork edge join NAME=VALUE…`. `zeitwork help config` explains the settings of edgeproxy.",
	}
}
