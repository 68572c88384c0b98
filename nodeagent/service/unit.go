package service

import (
	_ "embed" // For the unit.

	"github.com/zeitwork/zeitwork/internal/systemservice"
)

const (
	// Name is the name of the service, as systemctl takes it.
	Name = "zeitwork-nodeagent"
	// SettingsFile has the service's settings, the token among them. Only root reads it.
	SettingsFile = "/etc/zeitwork/nodeagent.env"
)

const unitNote = "# Written by `zeitwork node join`, which writes it again; put changes into a drop-in (systemctl edit " + Name + ")."

//go:embed zeitwork-nodeagent.service
var unit string

// Unit is the text of the service that runs the program. The note is its first line.
func Unit(program, note string) []byte {
	return systemservice.WithProgram(unit, program, note)
}

// Service is what a machine has that is a node.
func Service() systemservice.Service {
	return systemservice.Service{
		Name: Name, Unit: Unit(systemservice.Program, unitNote), SettingsFile: SettingsFile,
		SettingsNote: "# Written by `zeitwork node join NAME=VALUE…`. `zeitwork help config` explains the settings of nodeagent.",
	}
}
