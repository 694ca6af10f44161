# Pumasi. `make` builds the release, `make sanitize` the same with sanitizers, each under build/.
# A new function needs no edit here: a file in handlers/http/ and a line in handlers/routes are all.

VERSION := 0.1.0
VARIANT ?= release
PREFIX ?= /usr/local
B := build/$(VARIANT)

CC := gcc
AR := gcc-ar
WARNINGS := -Wall -Wextra -Werror -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wimplicit-fallthrough -Wswitch-enum \
	-Wcast-qual -Wnull-dereference -Wdouble-promotion -Wno-format-truncation
CPPFLAGS := -D_GNU_SOURCE -Ilib -Ibuild/generated
# Two builds of one commit are the same bytes, wherever they stand: no path of this machine is in them, and names that
# the compiler takes by chance are taken from the file's own (tests/release/reproducible).
REPRODUCIBLE = -ffile-prefix-map=$(CURDIR)=. -frandom-seed=$(@:$B/%=%)
COMMON := -std=c17 -g $(WARNINGS) -fstack-protector-strong -fPIE -MMD -MP
CFLAGS_release := -O2 -flto=auto -D_FORTIFY_SOURCE=2
LDFLAGS_release := -O2 -flto=auto -pie -Wl,-z,relro,-z,now,--as-needed
CFLAGS_sanitize := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all \
	-Wno-null-dereference -DCHECKED
# Linked in, the sanitizers share their memory, which the search for leaks reads whole at each end of a process: tests
# start thousands, and each takes a third less.
LDFLAGS_sanitize := -fsanitize=address,undefined -static-libasan -static-libubsan -pie -Wl,-z,relro,-z,now,--as-needed
# For valgrind (scripts/test valgrind), which starts what the sanitizers cannot be in: it sees what was never written, and
# the libraries' own mistakes. It cannot be linked in: under each program's name stands what starts it under valgrind.
CFLAGS_valgrind := -O1 -fno-omit-frame-pointer -DCHECKED -DTIMES_SLOWER=30
LDFLAGS_valgrind := -pie -Wl,-z,relro,-z,now,--as-needed
UNDER_valgrind = @tests/valgrind/wrap $B $@
CFLAGS = $(COMMON) $(CFLAGS_$(VARIANT)) $(REPRODUCIBLE)
LDFLAGS = $(LDFLAGS_$(VARIANT)) $(REPRODUCIBLE)
# esmtp and OpenSSL belong to the mailer, argon2 to those who hash: --as-needed leaves them out elsewhere.
LIBS := -lfcgi -lsqlite3 -ljson-c -lesmtp -lssl -lcrypto -largon2 -lutf8proc -lseccomp -lmd4c
# A function needs SHA-256 of libcrypto alone (see lib/base/random.c): it is linked in; so is utf8proc, which four need.
# Of md4c Debian has no archive: --as-needed leaves it to those that tell of one task.
FUNCTION_LIBS := -lfcgi -lsqlite3 -ljson-c -largon2 -lseccomp -lmd4c -Wl,-Bstatic -lcrypto -lutf8proc -Wl,-Bdynamic
SOURCES := $(filter-out lib/http/idle.c,$(wildcard lib/*/*.c))
GENERATED := $(addprefix build/generated/,words_table.c migrations.c routes.c notice_templates.c breached_table.c zones.c)
HEADERS := $(addprefix build/generated/,words_keys.h notice_names.h)
OBJECTS := $(SOURCES:%.c=$B/%.o) $(GENERATED:build/generated/%.c=$B/generated/%.o)
LIBRARY := $B/libpumasi.a

FUNCTIONS := $(patsubst handlers/http/%.c,$B/functions/%,$(wildcard handlers/http/*.c))
IDLE := $B/idle
CRON := $(patsubst handlers/cron/%.c,$B/cron/%,$(wildcard handlers/cron/*.c))
CLI := $(patsubst handlers/cli/%.c,$B/bin/%,$(wildcard handlers/cli/*.c))
PROGRAMS := $(FUNCTIONS) $(IDLE) $(CRON) $(CLI)
UNIT_TESTS := $(patsubst tests/unit/%.c,$B/tests/%,$(wildcard tests/unit/test_*.c))
GATEWAY := build/gateway/lighttpd.conf build/gateway/nginx.conf
# What is installed; tests need none of it.
MANUAL_release := $(patsubst scripts/man/%,build/man/%,$(wildcard scripts/man/*))
MANUAL := $(MANUAL_$(VARIANT))
# What is included in configurations of others, and the units of systemd; filled in when they are installed.
SITES := $(addprefix build/gateway/,lighttpd-site nginx-maps nginx-server)
UNITS := $(patsubst scripts/units/%,build/units/%,$(wildcard scripts/units/pumasi*))
LANGUAGES := en ko
WWW := build/generated/pages.made

.PHONY: all sanitize check lint format bench screenshots sbom install deb image dist release clean
.SECONDARY:
.DELETE_ON_ERROR:

all: $(PROGRAMS) $(GATEWAY) $(SITES) $(UNITS) $(WWW) $(MANUAL)

sanitize:
	$(MAKE) VARIANT=sanitize all unit-tests

# ---- generated ----
TEXTS := $(LANGUAGES:%=www/text/%.json)

build/generated/words_keys.h: scripts/words $(TEXTS)
	@mkdir -p $(@D)
	@scripts/words keys $(TEXTS) > $@

build/generated/words_table.c: scripts/words $(TEXTS)
	@mkdir -p $(@D)
	@scripts/words table $(foreach l,$(LANGUAGES),$l:www/text/$l.json) > $@

# Both languages have the same sentences, with the same values in them.
MAIL_TEMPLATES := lib/mail/templates
build/generated/notice_names.h: scripts/templates $(MAIL_TEMPLATES)/names
	@mkdir -p $(@D)
	@scripts/templates names notice $(MAIL_TEMPLATES)/names > $@

build/generated/notice_templates.c: scripts/templates www/text/en.json $(wildcard $(MAIL_TEMPLATES)/*)
	@mkdir -p $(@D)
	@scripts/templates table notice $(MAIL_TEMPLATES)/names www/text/en.json \
		$(foreach t,task.html task.txt daily.html daily.txt account.html account.txt,$(MAIL_TEMPLATES)/$t) > $@

build/generated/breached_table.c: scripts/breached lib/domain/breached/hashes
	@mkdir -p $(@D)
	@scripts/breached table lib/domain/breached/hashes > $@

build/generated/zones.c: scripts/zones /usr/share/zoneinfo/tzdata.zi
	@mkdir -p $(@D)
	@scripts/zones > $@

build/generated/migrations.c: scripts/migrations $(wildcard db/sqlite/*.sql)
	@mkdir -p $(@D)
	@scripts/migrations $(sort $(wildcard db/sqlite/[0-9]*.sql)) > $@

build/generated/routes.c: scripts/gateway handlers/routes
	@mkdir -p $(@D)
	@scripts/gateway table handlers/routes > $@

build/gateway/%.conf: scripts/gateway handlers/routes scripts/gateway.d/%.conf
	@mkdir -p $(@D)
	@scripts/gateway $* handlers/routes scripts/gateway.d/$*.conf > $@

# The manual tells what the command says of itself.
build/man/%: scripts/man/% scripts/manual $(CLI)
	@mkdir -p $(@D)
	@scripts/manual $B/bin/pumasi $< > $@

$(SITES): build/gateway/%: scripts/gateway $(GATEWAY)
	@scripts/gateway $* build/gateway/$(firstword $(subst -, ,$*)).conf > $@

# `wall` is what all services have in common.
build/units/%: scripts/units/% scripts/units/wall scripts/gateway handlers/routes
	@mkdir -p $(@D)
	@scripts/gateway systemd handlers/routes $< | sed -e '/^@wall@$$/{' -e 'r scripts/units/wall' -e 'd' -e '}' > $@

# Pages, and the names of their files for the functions that write pages by themselves.
$(WWW): scripts/pages scripts/words $(shell find www -type f) $(wildcard lib/http/*.c)
	@mkdir -p $(@D)
	@scripts/pages build/www build/generated/page_files.h $(LANGUAGES)
	@touch $@
build/generated/page_files.h: $(WWW) ;

# ---- compiled ----
$B/generated/%.o: build/generated/%.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	@echo '  compile $<'
	@$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(filter $B/lib/http/%,$(OBJECTS)): | build/generated/page_files.h
$B/%.o: %.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	@echo '  compile $<'
	@$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	@$(AR) rcs $@ $^

# Small above all: without the shared libraries, and without the sanitizers' memory.
$(IDLE): lib/http/idle.c Makefile
	@mkdir -p $(@D)
	@echo '  link $@'
	@$(CC) $(CPPFLAGS) $(filter-out -fPIE -MMD -MP,$(COMMON)) $(REPRODUCIBLE) -O2 -static -no-pie -Wl,-z,noseparate-code -o $@ $<

$B/functions/%: $B/handlers/http/%.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  link $@'
	@$(CC) $(LDFLAGS) -o $@ $^ $(FUNCTION_LIBS)
	$(UNDER_$(VARIANT))

$B/cron/%: $B/handlers/cron/%.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  link $@'
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
	$(UNDER_$(VARIANT))

# A command with many words keeps them in a folder of its name.
.SECONDEXPANSION:
$B/bin/%: $B/handlers/cli/%.o $$(addprefix $B/,$$(subst .c,.o,$$(wildcard handlers/cli/$$*/*.c))) $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  link $@'
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
	$(UNDER_$(VARIANT))

# Unit tests hold the whole library, so that the test of all statements sees them all; only `main` is their own.
$B/tests/%: $B/tests/unit/%.o $(OBJECTS)
	@mkdir -p $(@D)
	@echo '  link $@'
	@$(CC) $(LDFLAGS) -o $@ $(filter-out %/http/main.o,$^) $(LIBS) -lcmocka

.PHONY: unit-tests
unit-tests: $(UNIT_TESTS)

# ---- for developers ----
check:
	@$(MAKE) --no-print-directory VARIANT=sanitize unit-tests
	@for test in $(UNIT_TESTS:$B/%=build/sanitize/%); do $$test || exit 1; done

lint:
	@scripts/lint

format:
	clang-format -i $$(git ls-files -co --exclude-standard '*.c' '*.h')

bench: all
	@scripts/packages bench
	tests/bench/run

# Every page and state as a picture, and a page that shows them: build/screenshots/index.html. ONLY=task.*ko.360 takes some.
screenshots:
	@scripts/packages build run test
	@$(MAKE) --no-print-directory -s sanitize
	@[ -d tests/browser/node_modules ] || (cd tests/browser && npm ci --no-audit --no-fund --loglevel=error)
	@cd tests/browser && VARIANT=sanitize node screenshots.js ../../build/screenshots '$(ONLY)'

# What a release is made of, CycloneDX: build/sbom.json.
sbom: all
	@scripts/sbom > build/sbom.json
	@echo '  build/sbom.json'

# ---- for administrators ----
UNIT_DIR ?= $(PREFIX)/lib/systemd/system
TMPFILES_DIR ?= $(PREFIX)/lib/tmpfiles.d
MAN_DIR ?= $(PREFIX)/share/man
SHARE = $(DESTDIR)$(PREFIX)/share/pumasi
# Where things are, for units and sites.
FILL = sed -e 's|@lib@|$(PREFIX)/lib/pumasi|g' -e 's|@bin@|$(PREFIX)/bin|g' -e 's|@www@|$(PREFIX)/share/pumasi/www|g' -e 's|@run@|/run/pumasi|g' \
	-e 's|@log@/access.log|/var/log/nginx/pumasi.access.log|g'

install: all
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin lib/pumasi/functions lib/pumasi/cron) $(SHARE)/lighttpd $(SHARE)/nginx \
		$(DESTDIR)$(UNIT_DIR) $(DESTDIR)$(TMPFILES_DIR) $(foreach s,1 5 8,$(DESTDIR)$(MAN_DIR)/man$s) \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	install -m 755 $(CLI) $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(IDLE) $(DESTDIR)$(PREFIX)/lib/pumasi
	install -m 755 $(FUNCTIONS) $(DESTDIR)$(PREFIX)/lib/pumasi/functions
	install -m 755 $(CRON) $(DESTDIR)$(PREFIX)/lib/pumasi/cron
	install -m 755 scripts/switch $(DESTDIR)$(PREFIX)/lib/pumasi
	install -m 644 $(GATEWAY) handlers/routes scripts/gateway.d/pumasi.nft $(SHARE)
	for page in $(MANUAL); do install -m 644 $$page $(DESTDIR)$(MAN_DIR)/man$${page##*.} || exit 1; done
	install -m 644 scripts/completion/pumasi.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/pumasi
	install -m 644 scripts/completion/_pumasi $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	cp -R build/www $(SHARE)/www
	@# Whether people come by https says the administrator's own file.
	$(FILL) -e 's|@hsts@|" + var.pumasi_hsts + "|g' build/gateway/lighttpd-site > $(SHARE)/lighttpd/site.conf
	$(FILL) -e 's|@hsts@||g' build/gateway/nginx-maps > $(SHARE)/nginx/maps.conf
	$(FILL) build/gateway/nginx-server > $(SHARE)/nginx/server.conf
	for unit in $(filter-out %.tmpfiles,$(UNITS)); do $(FILL) $$unit > $(DESTDIR)$(UNIT_DIR)/$${unit##*/} || exit 1; done
	install -m 644 build/units/pumasi.tmpfiles $(DESTDIR)$(TMPFILES_DIR)/pumasi.conf
	scripts/manual $B/bin/pumasi scripts/debian/pumasi.conf > $(SHARE)/pumasi.conf
	find $(SHARE) $(DESTDIR)$(UNIT_DIR)/pumasi* $(DESTDIR)$(MAN_DIR) -type f -exec chmod 644 {} +

# Packages for Debian 12, in build/.
deb: all
	@scripts/packages build pack
	@scripts/deb $(VERSION)

# An image of the package, in build/image; no engine is needed to make it.
image: deb
	@scripts/packages run image
	@scripts/image/make build/pumasi_$(VERSION)_*.deb

# What is committed, as one file that is the same wherever it is made.
dist:
	@mkdir -p build
	git archive --format=tar --prefix=pumasi-$(VERSION)/ HEAD | gzip -9n > build/pumasi-$(VERSION).tar.gz

# What scripts/deploy carries to a host: one tarball, named by the commit.
RELEASE := build/pumasi-release.tar.gz
release: all
	@rm -rf build/tree
	@$(MAKE) --no-print-directory -s install DESTDIR=$(CURDIR)/build/tree PREFIX=
	@tar -C build/tree --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$$(git log -1 --format=%ct 2>/dev/null || echo 0)" \
		-cf - . | gzip -n > $(RELEASE)
	@echo '  $(RELEASE)'

clean:
	rm -rf build

-include $(shell find $B -name '*.d' 2>/dev/null)
