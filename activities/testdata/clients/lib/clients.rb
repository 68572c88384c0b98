require "clients/clients"
