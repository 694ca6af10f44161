# shellcheck shell=bash
# What can follow on a command line of `pumasi`, asked of the command itself, so that it knows what this release knows.

# The words that its help names for a noun and a verb: those of the lines from "  NOUN VERB" to the next command's, without
# the purpose.
_pumasi_words() {
    pumasi "$1" --help 2>/dev/null | awk -v begin="  $1${2:+ $2}" '
        /^  [^ ]/ { inside = $0 == begin || index($0, begin " ") == 1 }
        inside && (/^  [^ ]/ || /^          /)'
}

_pumasi() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} noun=${COMP_WORDS[1]-} verb=${COMP_WORDS[2]-} words=''
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        words=$(pumasi --help 2>/dev/null | awk '/^  [a-z]/ { print $1 }')
    elif ((COMP_CWORD == 2)) && [[ $word != -* ]]; then
        words=$(_pumasi_words "$noun" | awk '/^  [^ ]/ && $2 ~ /^[a-z]/ { print $2 }')
    elif [[ $word == -* ]]; then
        words=$(_pumasi_words "$noun" "$verb" | grep -oE -- '--[a-z-]+')
        [ -n "$words" ] || words=$(_pumasi_words "$noun" | grep -oE -- '--[a-z-]+')
    elif [[ $before == --* ]]; then
        # A choice that the help spells out: "--how instant|coalesced".
        words=$(_pumasi_words "$noun" "$verb" | tr -d '\n' | grep -oE -- "$before +[a-z]+(\\|[a-z]+)+" | sed 's/.* //; s/|/ /g')
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    if ((${#COMPREPLY[@]} == 0)) && [[ $noun == backup || $noun == restore || $before == --dir ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}
complete -F _pumasi pumasi
