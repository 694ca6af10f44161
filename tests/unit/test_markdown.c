/* Notes as HTML: what stands for what, and that nothing which people write is more than we allow. */
#include "unit.h"

#include "base/markdown.h"

#include <string.h>

#define REL "\" rel=\"noopener nofollow noreferrer\">"

static const char *html_of(struct arena *arena, const char *text) {
    struct buffer out = buffer_new(arena, 16);
    buffer_add(&out, "|"); /* what stands before is not touched */
    markdown_html(&out, text, "/t/");
    assert_int_equal(strlen(out.data), out.size);
    assert_int_equal(out.data[0], '|');
    return out.data + 1;
}

struct example {
    const char *text;
    const char *html;
};

static void check(const struct example *examples, size_t count) {
    struct arena *arena = arena_new();
    for (size_t i = 0; i < count; i++) {
        const char *html = html_of(arena, examples[i].text);
        if (strcmp(html, examples[i].html) != 0)
            fail_msg("%s\nis:\n%s\nand not:\n%s", examples[i].text, html, examples[i].html);
    }
    arena_free(arena);
}

static void each_mark_has_its_element(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"", ""},
        {"one", "<p>one</p>\n"},
        {"one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>\n"},
        {"# a\n## b\n### c\n#### d\n##### e\n###### f",
         "<h3>a</h3>\n<h4>b</h4>\n<h5>c</h5>\n<h6>d</h6>\n<h6>e</h6>\n<h6>f</h6>\n"},
        {"- a\n- b\n  - c", "<ul><li>a</li>\n<li>b<ul><li>c</li>\n</ul>\n</li>\n</ul>\n"},
        {"1. a\n2. b", "<ol><li>a</li>\n<li>b</li>\n</ol>\n"},
        {"7. a", "<ol start=\"7\"><li>a</li>\n</ol>\n"},
        {"- [ ] a\n- [x] b", "<ul><li>☐ a</li>\n<li>☑ b</li>\n</ul>\n"},
        {"> a\n> b", "<blockquote><p>a<br>\nb</p>\n</blockquote>\n"},
        {"a\n\n***\nb", "<p>a</p>\n<hr>\n<p>b</p>\n"},
        {"*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>\n"},
        {"```c\nif (a < b) #12 @x *y*\n```", "<pre><code>if (a &lt; b) #12 @x *y*\n</code></pre>\n"},
        {"**마감**은 *내일*이에요.", "<p><strong>마감</strong>은 <em>내일</em>이에요.</p>\n"},
        {"a \\*b\\* c", "<p>a *b* c</p>\n"},
    };
    check(examples, COUNT(examples));
}

static void notes_are_no_manuscripts(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"월~금 9~6시, 3~5명", "<p>월~금 9~6시, 3~5명</p>\n"}, /* no strike through */
        {"    by four blanks", "<p>by four blanks</p>\n"},
        {"[Min]: call the printer", "<p>[Min]: call the printer</p>\n"}, /* no definition of a link */
        {"[a]: /u\n\n[a] [a][a]", "<p>[a]: /u</p>\n<p>[a] [a][a]</p>\n"},
        {"| a | b |\n|---|---|", "<p>| a | b |<br>\n|---|---|</p>\n"},
        {"#12", "<p><a href=\"/t/12\">#12</a></p>\n"}, /* no heading */
        {"Tom & Jerry &amp; &lt;b&gt; &#106;",
         "<p>Tom &amp; Jerry &amp;amp; &amp;lt;b&amp;gt; &amp;#106;</p>\n"},
    };
    check(examples, COUNT(examples));
}

static void links_lead_where_they_may(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"[a](https://a.example/?b=\"d\")",
         "<p><a href=\"https://a.example/?b=&quot;d&quot;" REL "a</a></p>\n"},
        {"[a](https://a.example/?b=1&c)", "<p><a href=\"https://a.example/?b=1&amp;c" REL "a</a></p>\n"},
        {"[a](HTTP://a.example 'title')", "<p><a href=\"HTTP://a.example" REL "a</a></p>\n"},
        {"[*a* b](mailto:a@a.example)", "<p><a href=\"mailto:a@a.example" REL "<em>a</em> b</a></p>\n"},
        {"<https://a.example>", "<p><a href=\"https://a.example" REL "https://a.example</a></p>\n"},
        {"[](https://a.example)", "<p><a href=\"https://a.example" REL "https://a.example</a></p>\n"},
        {"![a picture](https://a.example/p.png)",
         "<p><a href=\"https://a.example/p.png" REL "a picture</a></p>\n"},
        {"[![a](https://p.example) b](https://a.example)",
         "<p><a href=\"https://a.example" REL "a b</a></p>\n"},
        {"![[a](https://a.example) b](https://p.example)",
         "<p><a href=\"https://p.example" REL "a b</a></p>\n"},
        {"[a https://b.example #12](https://a.example)",
         "<p><a href=\"https://a.example" REL "a https://b.example #12</a></p>\n"},
        {"[a](javascript:alert(1))", "<p>a</p>\n"},
        {"[a](JaVaScRiPt:alert(1))", "<p>a</p>\n"},
        {"[a](&#106;avascript:alert(1))", "<p>a</p>\n"},
        {"[a](&#x6a;avascript:alert(1))", "<p>a</p>\n"},
        {"[a](java&Tab;script:alert(1))", "<p>a</p>\n"},
        {"[a](\\javascript:alert(1))", "<p>a</p>\n"},
        {"[a](<java\tscript:alert(1)>)", "<p>a</p>\n"},
        {"[a](data:text/html;base64,PHNjcmlwdD4=)", "<p>a</p>\n"},
        {"[a](vbscript:x) [b](file:///etc/passwd) [c](//evil.example) [d](/api/logout)", "<p>a b c d</p>\n"},
        {"[a](http:evil) [b](https://) [c](http:///x) [d](mailto:)", "<p>a b c d</p>\n"},
        {"<javascript:alert(1)>", "<p>javascript:alert(1)</p>\n"},
        {"![a](data:image/svg+xml,x)", "<p>a</p>\n"},
        {"[a](<https://a.example/\" onclick=\"x>)",
         "<p><a href=\"https://a.example/&quot; onclick=&quot;x" REL "a</a></p>\n"},
    };
    check(examples, COUNT(examples));
}

static void addresses_are_links_by_themselves(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"https://a.example/b_c_d.",
         "<p><a href=\"https://a.example/b_c_d" REL "https://a.example/b_c_d</a>.</p>\n"},
        {"(http://a.example/x_(y)), z",
         "<p>(<a href=\"http://a.example/x_(y)" REL "http://a.example/x_(y)</a>), z</p>\n"},
        {"\"https://a.example\"x",
         "<p>&quot;<a href=\"https://a.example" REL "https://a.example</a>&quot;x</p>\n"},
        {"https://a.example/'x'",
         "<p><a href=\"https://a.example/&#39;x" REL "https://a.example/&#39;x</a>&#39;</p>\n"},
        {"https://a.example/~min/a~b",
         "<p><a href=\"https://a.example/~min/a~b" REL "https://a.example/~min/a~b</a></p>\n"},
        {"https://ko.example/품앗이",
         "<p><a href=\"https://ko.example/품앗이" REL "https://ko.example/품앗이</a></p>\n"},
        {"http:// http://) xhttp://a.example ftp://a.example",
         "<p>http:// http://) xhttp://a.example ftp://a.example</p>\n"},
        {"javascript:https", "<p>javascript:https</p>\n"},
        {"min@a.example, <b@c.example>",
         "<p><a href=\"mailto:min@a.example" REL "min@a.example</a>, <a href=\"mailto:b@c.example" REL
         "b@c.example</a></p>\n"},
        {"ask a.b+c@d-e.example.",
         "<p>ask <a href=\"mailto:a.b+c@d-e.example" REL "a.b+c@d-e.example</a>.</p>\n"},
        {"a@b @min a@b. @c.example a@-b.c a@b-.c", "<p>a@b @min a@b. @c.example a@-b.c a@b-.c</p>\n"},
        {"a@b.example@c.example", "<p><a href=\"mailto:a@b.example" REL "a@b.example</a>@c.example</p>\n"},
        {"`https://a.example a@b.example #1`", "<p><code>https://a.example a@b.example #1</code></p>\n"},
    };
    check(examples, COUNT(examples));
}

static void numbers_lead_to_tasks(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"see #12, (#3) #4를",
         "<p>see <a href=\"/t/12\">#12</a>, (<a href=\"/t/3\">#3</a>) <a href=\"/t/4\">#4</a>를</p>\n"},
        {"작업#5", "<p>작업<a href=\"/t/5\">#5</a></p>\n"},
        {"**#6**", "<p><strong><a href=\"/t/6\">#6</a></strong></p>\n"},
        {"a#1 C# #0 #01 ##2 #3a #print &#4; /#5 #", "<p>a#1 C# #0 #01 ##2 #3a #print &amp;#4; /#5 #</p>\n"},
        {"\\#12", "<p>#12</p>\n"},
        {"#1234567890123456789", "<p>#1234567890123456789</p>\n"},
    };
    check(examples, COUNT(examples));
}

static void markup_of_html_is_text(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"<script>alert('1')</script>", "<p>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;</p>\n"},
        {"a <img src=x onerror=alert(1)> b", "<p>a &lt;img src=x onerror=alert(1)&gt; b</p>\n"},
        {"<!-- x -->\n<div>\n</textarea>",
         "<p>&lt;!-- x --&gt;<br>\n&lt;div&gt;<br>\n&lt;/textarea&gt;</p>\n"},
        {"```\"><script>\nx\n```", "<pre><code>x\n</code></pre>\n"},
        {"`<b>`", "<p><code>&lt;b&gt;</code></p>\n"},
        {"<![CDATA[<b>]]>", "<p>&lt;![CDATA[&lt;b&gt;]]&gt;</p>\n"},
    };
    check(examples, COUNT(examples));
}

static size_t count_of(const char *text, const char *piece) {
    size_t count = 0;
    for (const char *at = strstr(text, piece); at; at = strstr(at + 1, piece))
        count++;
    return count;
}

static const char *repeated(struct arena *arena, const char *piece, size_t bytes) {
    struct buffer text = buffer_new(arena, bytes);
    while (text.size + strlen(piece) <= bytes)
        buffer_add(&text, piece);
    return text.data;
}

/* Found by fuzzing: md4c leaves the emphasis open. */
static void what_is_left_open_ends_before_the_next_block(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"- _[](_)\n  >", "<ul><li><em></em><blockquote></blockquote>\n</li>\n</ul>\n"},
    };
    check(examples, COUNT(examples));
}

static void depth_has_an_end(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const char *html = html_of(arena, arena_print(arena, "%s x", repeated(arena, ">", 60)));
    assert_int_equal(count_of(html, "<blockquote>"), 16);
    assert_int_equal(count_of(html, "</blockquote>"), 16);
    html = html_of(arena, arena_print(arena, "%s x", repeated(arena, "- ", 60)));
    assert_int_equal(count_of(html, "<ul>"), 16);
    assert_int_equal(count_of(html, "<li>"), 16);
    assert_int_equal(count_of(html, "</li>"), 16);
    html = html_of(
        arena, arena_print(arena, "%sb%s", repeated(arena, "*a **a ", 700), repeated(arena, " a** a*", 700)));
    assert_int_equal(count_of(html, "<em>"), 8);
    assert_int_equal(count_of(html, "</strong>"), 8);
    arena_free(arena);
}

static void what_would_take_long_is_told_as_typed(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const char *const texts[] = {
        repeated(arena, "](*\n", MARKDOWN_MOST_BYTES),             /* many brackets in many lines */
        arena_print(arena, "%s *a*", repeated(arena, "> ", 1000)), /* quotes without end */
        arena_print(arena, "%s%s", repeated(arena, "*x* ~~", 32000), repeated(arena, "[~~", 32000)),
        repeated(arena, ">>>>>>>>*a*\n\n", 20000), /* much for little */
        repeated(arena, "*a* ", MARKDOWN_MOST_BYTES + 4),
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *html = html_of(arena, texts[i]);
        struct buffer plain = buffer_new(arena, 16);
        markdown_plain(&plain, texts[i]);
        assert_string_equal(html, plain.data);
        assert_int_equal(count_of(html, "<em>"), 0);
    }
    struct buffer plain = buffer_new(arena, 16);
    markdown_plain(&plain, "*a*\n<b>\n\n- c\n");
    assert_string_equal(plain.data, "<p>*a*<br>\n&lt;b&gt;<br>\n<br>\n- c<br>\n</p>\n");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mark_has_its_element),
        cmocka_unit_test(notes_are_no_manuscripts),
        cmocka_unit_test(links_lead_where_they_may),
        cmocka_unit_test(addresses_are_links_by_themselves),
        cmocka_unit_test(numbers_lead_to_tasks),
        cmocka_unit_test(markup_of_html_is_text),
        cmocka_unit_test(what_is_left_open_ends_before_the_next_block),
        cmocka_unit_test(depth_has_an_end),
        cmocka_unit_test(what_would_take_long_is_told_as_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
