// Package kamal reads the configuration by which Kamal runs the control plane, and says where Kamal would not take it. Tests use it: Kamal is a program in
// Ruby, which need not be on the machine that runs them.
package kamal
