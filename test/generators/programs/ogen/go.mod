module daybook.example/roundtrip

go 1.26

tool github.com/ogen-go/ogen/cmd/ogen

require github.com/ogen-go/ogen v1.24.0
