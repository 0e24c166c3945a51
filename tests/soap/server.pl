#!/usr/bin/perl
# tests/soap/server.pl - a SOAP::Lite server on a pipe: one line of JSON in, the HTTP answer out.
#
#   {"action":"…","type":"text/xml; charset=utf-8","body":"…","pairs":[["name","value"],["list",["a","b"]]]}
#   STATUS LENGTH VERDICT\n, then the body. VERDICT is "same" when SOAP::Lite's own client would send each pair just so.
#
# Every function of OperatorAPI answers the hash that it got; operator => "say:…" makes it answer that text, "die:…" makes it fail.
use strict;
use warnings;
use HTTP::Request;
use JSON::PP;
use SOAP::Lite;
use SOAP::Transport::HTTP;

package OperatorAPI;

our $AUTOLOAD;

sub answer {
    my ($self, $hash) = @_;
    my $operator = ref $hash eq 'HASH' && defined $hash->{operator} ? $hash->{operator} : '';

    return substr $operator, 4 if $operator =~ /^say:/;
    die substr($operator, 4) . "\n" if $operator =~ /^die:/;
    return $hash;
}

# SOAP::Lite asks can() before it calls, so each function has to be there; the one that is not is for the fault.
no strict 'refs';
*{"OperatorAPI::$_"} = \&answer for @ARGV;
use strict 'refs';

package main;

binmode STDIN;
binmode STDOUT;
$| = 1;

# What the client makes of one member of its hash, as bytes; all of them where one name makes a Map.
sub members {
    my ($pairs) = @_;
    my $map = grep { $_->[0] !~ /$SOAP::Constants::ELMASK/ } @$pairs;
    my @made;

    for my $pair (@$pairs) {
        my ($name, $value) = @$pair;
        my $xml = SOAP::Serializer->new->envelope(method => SOAP::Data->name('m')->attr({ xmlns => 'u' }), { $name => $value, $map ? ('no element' => 1) : () });
        my ($one) = $map ? $xml =~ m{(<item><key[^>]*>\Q$name\E</key>.*?</value></item>)}s
                         : $xml =~ m{<[cs]-gensym\d+[^>]*>(.*)</[cs]-gensym\d+>}s;
        push @made, defined $one ? $one : "nothing for $name";
    }
    return @made;
}

sub normal {
    my ($xml) = @_;

    $xml =~ s{ />}{/>}g;
    $xml =~ s{&quot;}{"}g;
    $xml =~ s{&#13;}{&#xd;}g;
    return $xml;
}

sub compare {
    my ($body, $pairs) = @_;

    $body = normal($body);
    for my $one (map { normal($_) } members($pairs)) {
        return "differs:$one" =~ s/[\s%]/_/gr if index($body, $one) < 0;
    }
    return 'same';
}

sub as_bytes {
    my ($value) = @_;

    return [ map { as_bytes($_) } @$value ] if ref $value;
    utf8::encode($value);
    return $value;
}

while (my $line = <STDIN>) {
    my $asked = JSON::PP->new->utf8->decode($line);
    my $body = as_bytes($asked->{body});
    my $server = SOAP::Transport::HTTP::Server->new->dispatch_to('OperatorAPI');
    my $verdict = compare($body, as_bytes($asked->{pairs}));

    $server->request(HTTP::Request->new('POST', 'http://localhost/API/operatorapi.pl',
                     [ 'Content-Type' => $asked->{type}, 'Content-Length' => length $body, SOAPAction => $asked->{action} ], $body));
    $server->handle;
    my $content = $server->response->content;
    utf8::encode($content) if utf8::is_utf8($content);
    print $server->response->code, ' ', length $content, ' ', $verdict, "\n", $content;
}
