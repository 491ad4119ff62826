/** Made by tool/build-kernels.ts from the reference. Do not edit. */

/** WGSL; gpu.ts adds the bindings and the entry point. */
export const vesselShader = `
var<private> SLOTS: array<i32, 32>;

fn low16(a: i32) -> i32 { return (a << 16u) >> 16u; }
fn halves16(low: i32, high: i32) -> i32 { return (low & 0xffff) | (high << 16u); }
fn dot16(a: i32, b: i32) -> i32 { return low16(a) * low16(b) + (a >> 16u) * (b >> 16u); }
fn sub16(a: i32, b: i32) -> i32 { return halves16(a - b, (a >> 16u) - (b >> 16u)); }
fn min16(a: i32, b: i32) -> i32 { return halves16(min(low16(a), low16(b)), min(a >> 16u, b >> 16u)); }
fn mul16(a: i32, b: i32) -> i32 {
  return halves16((low16(a) * low16(b) + 0x4000) >> 15u, ((a >> 16u) * (b >> 16u) + 0x4000) >> 15u);
}
fn shl16(a: i32, n: i32) -> i32 { return halves16(a << u32(n), (a >> 16u) << u32(n)); }
fn shr16(a: i32, n: i32) -> i32 { return halves16(low16(a) >> u32(n), (a >> 16u) >> u32(n)); }

fn onPlate_(plate_0: i32, x_1: i32, y_2: i32) -> bool {
  var halfWidth_3: i32 = memory[(plate_0) >> 2u];
  var halfHeight_4: i32 = memory[(((plate_0) + (4))) >> 2u];
  if (((memory[(((plate_0) + (8))) >> 2u]) != (0))) {
    return ((((((x_1) * (x_1))) + (((y_2) * (y_2))))) < (((halfWidth_3) * (halfWidth_3))));
  }
  return (((((x_1) < (halfWidth_3)) && ((x_1) >= (((0) - (halfWidth_3))))) && ((y_2) < (halfHeight_4))) && ((y_2) >= (((0) - (halfHeight_4)))));
}

fn root_(n_0: i32) -> i32 {
  var rest_1: i32 = n_0;
  var result_2: i32 = 0;
  {
    var bit_3: i32 = 1073741824;
    loop {
      if (!(((bit_3) != (0)))) { break; }
      var trial_4: i32 = ((result_2) + (bit_3));
      result_2 = ((result_2) >> u32(1));
      if (((rest_1) >= (trial_4))) {
        rest_1 = ((rest_1) - (trial_4));
        result_2 = ((result_2) + (bit_3));
      }
      continuing {
        bit_3 = bitcast<i32>(bitcast<u32>(bit_3) >> u32(2));
      }
    }
  }
  return result_2;
}

fn paint0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32) {
  var colourAt_2: i32 = memory[(colour_1) >> 2u];
  (*out_0)[0] = memory[(colourAt_2) >> 2u];
  (*out_0)[1] = memory[(((colourAt_2) + (4))) >> 2u];
  (*out_0)[2] = memory[(((colourAt_2) + (8))) >> 2u];
}

fn mul_(a_0: i32, b_1: i32) -> i32 {
  return ((((a_0) * (b_1))) >> u32(13));
}

fn clamp_(x_0: i32, low_1: i32, high_2: i32) -> i32 {
  return min(max(x_0, low_1), high_2);
}

fn step_(a_0: i32, b_1: i32, x_2: i32) -> i32 {
  if (((a_0) == (b_1))) {
    return select(8192, 0, ((x_2) < (a_0)));
  }
  var t_3: i32 = clamp_(((((((x_2) - (a_0))) * (8192))) / (((b_1) - (a_0)))), 0, 8192);
  return mul_(mul_(t_3, t_3), ((24576) - (((2) * (t_3)))));
}

fn blend0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32, t_2: i32) {
  var colourAt_3: i32 = memory[(colour_1) >> 2u];
  var L_4: i32 = (*out_0)[0];
  var a_5: i32 = (*out_0)[1];
  var b_6: i32 = (*out_0)[2];
  (*out_0)[0] = ((L_4) + (((((((memory[(colourAt_3) >> 2u]) - (L_4))) * (t_2))) >> u32(13))));
  (*out_0)[1] = ((a_5) + (((((((memory[(((colourAt_3) + (4))) >> 2u]) - (a_5))) * (t_2))) >> u32(13))));
  (*out_0)[2] = ((b_6) + (((((((memory[(((colourAt_3) + (8))) >> 2u]) - (b_6))) * (t_2))) >> u32(13))));
}

fn light4_(s_0: i32, nx_1: i32, nz_2: i32, slope_3: i32, out_4: ptr<function, array<i32, 3>>) {
  var side_5: i32 = ((memory[(((s_0) + (4))) >> 2u]) * (nx_1));
  var lit_6: i32 = clamp_(((((mul_(nz_2, 5400)) + (mul_(side_5, 5200)))) - (mul_(slope_3, 1600))), i32(-3000), 9000);
  blend0_(out_4, ((s_0) + (40)), mul_(step_(6800, i32(-2600), lit_6), 5600));
  blend0_(out_4, 64, mul_(step_(6200, 9200, lit_6), 1500));
  var gloss_7: i32 = step_(7700, 8250, ((mul_(nz_2, 5000)) + (mul_(side_5, 6400))));
  blend0_(out_4, 64, mul_(gloss_7, 2600));
}

fn fadeOf_(t_0: i32) -> i32 {
  var square_1: i32 = dot16(t_0, t_0);
  var cube_2: i32 = ((dot16(((square_1) >> u32(13)), t_0)) >> u32(13));
  var rest_3: i32 = ((((((((((((square_1) << u32(2))) + (((square_1) << u32(1))))) >> u32(13))) - (((t_0) << u32(4))))) + (t_0))) + (81920));
  return ((((cube_2) * (rest_3))) >> u32(13));
}

fn finish_(mixed_0: i32) -> i32 {
  var h_1: i32 = mixed_0;
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(15))))) * (i32(-2048144789)));
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(13))))) * (i32(-1028477387)));
  return ((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(16))));
}

fn noiseOf_(cellX_0: i32, cellY_1: i32, seed_2: i32, fx_3: i32, fy_4: i32) -> i32 {
  var u_5: i32 = fadeOf_(fx_3);
  var v_6: i32 = fadeOf_(fy_4);
  var left_7: i32 = ((cellX_0) * (668265261));
  var right_8: i32 = ((left_7) + (668265261));
  var s_9: i32 = ((((seed_2) + (1))) * (i32(-1640531535)));
  var row_10: i32 = ((cellY_1) * (374761393));
  var top_11: i32 = ((row_10) ^ (s_9));
  var bottom_12: i32 = ((((row_10) + (374761393))) ^ (s_9));
  var place_13: i32 = ((fx_3) | (((fy_4) << u32(16))));
  var a_14: i32 = ((dot16(memory[(((92) + (((((finish_(((left_7) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], place_13)) >> u32(12));
  var b_15: i32 = ((dot16(memory[(((92) + (((((finish_(((right_8) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 8192))) >> u32(12));
  var c_16: i32 = ((dot16(memory[(((92) + (((((finish_(((left_7) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536870912))) >> u32(12));
  var d_17: i32 = ((dot16(memory[(((92) + (((((finish_(((right_8) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536879104))) >> u32(12));
  var ab_18: i32 = ((a_14) + (((dot16(((b_15) - (a_14)), u_5)) >> u32(13))));
  var cd_19: i32 = ((c_16) + (((dot16(((d_17) - (c_16)), u_5)) >> u32(13))));
  var n_20: i32 = ((ab_18) + (((dot16(((cd_19) - (ab_18)), v_6)) >> u32(13))));
  return ((((((n_20) << u32(1))) + (n_20))) >> u32(1));
}

fn noise_(x_0: i32, y_1: i32, seed_2: i32) -> i32 {
  return noiseOf_(((x_0) >> u32(13)), ((y_1) >> u32(13)), seed_2, ((x_0) & (8191)), ((y_1) & (8191)));
}

fn paintFruit4_(s_0: i32, fruit_1: i32, x_2: i32, y_3: i32, out_4: ptr<function, array<i32, 3>>) -> bool {
  var size_5: i32 = memory[(((fruit_1) + (8))) >> 2u];
  var dx_6: i32 = ((x_2) - (memory[(fruit_1) >> 2u]));
  var dy_7: i32 = ((((y_3) - (memory[(((fruit_1) + (4))) >> 2u]))) + (size_5));
  if (((((((dx_6) * (dx_6))) + (((dy_7) * (dy_7))))) >= (((size_5) * (size_5))))) {
    return ((0) != (0));
  }
  var nx_8: i32 = ((((dx_6) * (8192))) / (size_5));
  var ny_9: i32 = ((((dy_7) * (8192))) / (size_5));
  var nz_10: i32 = root_(max(0, ((((67108864) - (((nx_8) * (nx_8))))) - (((ny_9) * (ny_9))))));
  paint0_(out_4, ((fruit_1) + (12)));
  light4_(s_0, nx_8, nz_10, ((((0) - (ny_9))) >> u32(1)), out_4);
  (*out_4)[0] = (((*out_4)[0]) + (((noise_(((dx_6) * (20)), ((dy_7) * (20)), ((memory[(s_0) >> 2u]) + (90)))) >> u32(7))));
  return ((0) == (0));
}

fn mix_(a_0: i32, b_1: i32, t_2: i32) -> i32 {
  return ((a_0) + (((((((b_1) - (a_0))) * (t_2))) >> u32(13))));
}

fn radiusAt_(profile_0: i32, k_1: i32) -> i32 {
  var profileAt_2: i32 = memory[(profile_0) >> 2u];
  return mix_(memory[(((profileAt_2) + (((((k_1) >> u32(8))) << u32(2))))) >> 2u], memory[(((((profileAt_2) + (((((k_1) >> u32(8))) << u32(2))))) + (4))) >> 2u], ((((k_1) & (255))) << u32(5)));
}

fn halves_(low_0: i32, high_1: i32) -> i32 {
  return ((((low_0) & (65535))) | (((high_1) << u32(16))));
}

fn phases_(one_0: i32, two_1: i32, from_2: i32) -> i32 {
  return ((((bitcast<i32>(bitcast<u32>(one_0) >> u32(((from_2) - (4))))) & (65520))) | (((((two_1) << u32(((20) - (from_2))))) & (i32(-1048576)))));
}

fn activationOf_(kind_0: i32, z_1: i32) -> i32 {
  var sign_2: i32 = shr16(z_1, 15);
  var n_3: i32 = ((z_1) ^ (sign_2));
  var height_4: i32 = 0;
  if (((kind_0) == (3))) {
    height_4 = sub16(2147450879, shl16(n_3, 1));
  } else {
    if (((kind_0) == (2))) {
      var u_6: i32 = shl16(min16(n_3, 536813567), 2);
      var v_7: i32 = sub16(2147450879, mul16(u_6, u_6));
      height_4 = sub16(shl16(mul16(v_7, v_7), 1), 2147450879);
    } else {
      var e_5: i32 = sub16(2147450879, select(shl16(min16(n_3, 536813567), 2), shl16(n_3, 1), ((kind_0) == (0))));
      height_4 = ((sub16(2147450879, mul16(e_5, e_5))) ^ (sign_2));
    }
  }
  return shr16(height_4, 5);
}

fn fire_(pairs_0: i32, from_1: i32, shift_2: i32, layer_3: i32) {
  var size_4: i32 = memory[(((layer_3) + (4))) >> 2u];
  var kinds_5: i32 = ((layer_3) + (12));
  var kindsAt_6: i32 = memory[(kinds_5) >> 2u];
  var weights_7: i32 = ((layer_3) + (20));
  var weightsAt_8: i32 = memory[(weights_7) >> 2u];
  var start_9: i32 = ((layer_3) + (28));
  var startAt_10: i32 = memory[(start_9) >> 2u];
  var to_11: i32 = ((12) - (from_1));
  {
    var j_12: i32 = 0;
    loop {
      if (!(((j_12) < (size_4)))) { break; }
      var w_13: i32 = ((j_12) * (pairs_0));
      var a_14: i32 = memory[(((startAt_10) + (((j_12) << u32(2))))) >> 2u];
      var b_15: i32 = memory[(((((startAt_10) + (((j_12) << u32(2))))) + (4))) >> 2u];
      var c_16: i32 = memory[(((((startAt_10) + (((j_12) << u32(2))))) + (8))) >> 2u];
      var d_17: i32 = memory[(((((startAt_10) + (((j_12) << u32(2))))) + (12))) >> 2u];
      {
        var i_18: i32 = 0;
        loop {
          if (!(((i_18) < (pairs_0)))) { break; }
          var both_19: i32 = SLOTS[((from_1) + (i_18))];
          a_14 = ((a_14) + (dot16(memory[(((weightsAt_8) + (((((w_13) + (((4) * (i_18))))) << u32(2))))) >> 2u], both_19)));
          b_15 = ((b_15) + (dot16(memory[(((((weightsAt_8) + (((((w_13) + (((4) * (i_18))))) << u32(2))))) + (4))) >> 2u], both_19)));
          c_16 = ((c_16) + (dot16(memory[(((((weightsAt_8) + (((((w_13) + (((4) * (i_18))))) << u32(2))))) + (8))) >> 2u], both_19)));
          d_17 = ((d_17) + (dot16(memory[(((((weightsAt_8) + (((((w_13) + (((4) * (i_18))))) << u32(2))))) + (12))) >> 2u], both_19)));
          continuing {
            i_18 = ((i_18) + (1));
          }
        }
      }
      var k_20: i32 = ((j_12) >> u32(1));
      SLOTS[((to_11) + (k_20))] = activationOf_(memory[(((kindsAt_6) + (((k_20) << u32(2))))) >> 2u], phases_(a_14, b_15, shift_2));
      SLOTS[((((to_11) + (k_20))) + (1))] = activationOf_(memory[(((((kindsAt_6) + (((k_20) << u32(2))))) + (4))) >> 2u], phases_(c_16, d_17, shift_2));
      continuing {
        j_12 = ((j_12) + (4));
      }
    }
  }
}

fn give_(pairs_0: i32, from_1: i32, layer_2: i32) {
  var size_3: i32 = memory[(((layer_2) + (4))) >> 2u];
  var weights_4: i32 = ((layer_2) + (20));
  var weightsAt_5: i32 = memory[(weights_4) >> 2u];
  var start_6: i32 = ((layer_2) + (28));
  var startAt_7: i32 = memory[(start_6) >> 2u];
  {
    var j_8: i32 = 0;
    loop {
      if (!(((j_8) < (size_3)))) { break; }
      var w_9: i32 = ((j_8) * (pairs_0));
      var sum_10: i32 = memory[(((startAt_7) + (((j_8) << u32(2))))) >> 2u];
      {
        var i_11: i32 = 0;
        loop {
          if (!(((i_11) < (pairs_0)))) { break; }
          sum_10 = ((sum_10) + (dot16(memory[(((weightsAt_5) + (((((w_9) + (i_11))) << u32(2))))) >> 2u], SLOTS[((from_1) + (i_11))])));
          continuing {
            i_11 = ((i_11) + (1));
          }
        }
      }
      SLOTS[((24) + (j_8))] = ((sum_10) >> u32(2));
      continuing {
        j_8 = ((j_8) + (1));
      }
    }
  }
}

fn ask_(net_0: i32) {
  var last_1: i32 = ((memory[(((net_0) + (4))) >> 2u]) - (1));
  var from_2: i32 = 0;
  {
    var l_3: i32 = 0;
    loop {
      if (!(((l_3) < (last_1)))) { break; }
      var layer_4: i32 = ((memory[(net_0) >> 2u]) + (((l_3) * (36))));
      fire_(memory[(layer_4) >> 2u], from_2, memory[(((layer_4) + (8))) >> 2u], layer_4);
      from_2 = ((12) - (from_2));
      continuing {
        l_3 = ((l_3) + (1));
      }
    }
  }
  var layer_5: i32 = ((memory[(net_0) >> 2u]) + (((last_1) * (36))));
  give_(memory[(layer_5) >> 2u], from_2, layer_5);
}

fn triangle_(phase_0: i32) -> i32 {
  var p_1: i32 = ((phase_0) & (8191));
  return select(((((8192) - (p_1))) * (2)), ((p_1) * (2)), ((p_1) < (4096)));
}

fn glazePot6_(s_0: i32, pot_1: i32, nx_2: i32, nz_3: i32, slope_4: i32, t_5: i32, out_6: ptr<function, array<i32, 3>>) {
  var lattice_7: i32 = memory[(s_0) >> 2u];
  var ink_8: i32 = ((s_0) + (40));
  var seed_9: i32 = memory[(((pot_1) + (28))) >> 2u];
  var cloud_10: i32 = clamp_(((noise_(((nx_2) * (3)), ((t_5) * (2)), ((((lattice_7) + (seed_9))) + (2)))) << u32(1)), i32(-16384), 16383);
  SLOTS[0] = halves_(((nx_2) << u32(1)), ((((((t_5) * (2))) - (8192))) << u32(1)));
  SLOTS[1] = halves_(((clamp_(((((seed_9) & (8191))) - (4096)), i32(-8192), 8191)) << u32(1)), clamp_(((noise_(nx_2, ((t_5) * (2)), ((lattice_7) + (seed_9)))) << u32(1)), i32(-16384), 16383));
  SLOTS[2] = halves_(cloud_10, 0);
  ask_(((s_0) + (32)));
  var a_11: i32 = clamp_(((SLOTS[24]) >> u32(1)), i32(-8192), 8192);
  var b_12: i32 = clamp_(((SLOTS[25]) >> u32(1)), i32(-8192), 8192);
  var c_13: i32 = clamp_(((SLOTS[26]) >> u32(1)), i32(-8192), 8192);
  paint0_(out_6, ((pot_1) + (32)));
  if (((memory[(((pot_1) + (20))) >> 2u]) == (1))) {
    var line_15: i32 = ((((memory[(((pot_1) + (24))) >> 2u]) + (mul_(noise_(((nx_2) * (2)), 0, ((((lattice_7) + (seed_9))) + (5))), ((memory[(((s_0) + (12))) >> 2u]) << u32(4)))))) + (((a_11) >> u32(4))));
    if (((t_5) > (line_15))) {
      blend0_(out_6, ((pot_1) + (40)), step_(line_15, ((line_15) + (80)), t_5));
      blend0_(out_6, ink_8, mul_(((8192) - (step_(line_15, ((line_15) + (420)), t_5))), 900));
    }
  } else {
    if (((memory[(((pot_1) + (20))) >> 2u]) == (2))) {
      var band_14: i32 = triangle_(((((((t_5) * (3))) + (((b_12) >> u32(2))))) + (((seed_9) & (4095)))));
      blend0_(out_6, ((pot_1) + (40)), mul_(step_(5300, 5700, band_14), 7600));
    }
  }
  blend0_(out_6, ink_8, mul_(step_(i32(-1500), 8192, ((c_13) + (((cloud_10) >> u32(1))))), 1300));
  light4_(s_0, nx_2, nz_3, slope_4, out_6);
  (*out_6)[0] = (((((*out_6)[0]) + (((noise_(((nx_2) * (14)), ((t_5) * (30)), ((lattice_7) + (seed_9)))) >> u32(7))))) + (((noise_(nx_2, ((t_5) * (60)), ((lattice_7) + (6)))) >> u32(8))));
}

fn paintPot4_(s_0: i32, pot_1: i32, dx_2: i32, up_3: i32, out_4: ptr<function, array<i32, 3>>) -> bool {
  var profile_5: i32 = pot_1;
  var profileAt_6: i32 = memory[(profile_5) >> 2u];
  var height_7: i32 = memory[(((pot_1) + (8))) >> 2u];
  var lip_8: i32 = memory[(((profileAt_6) + (252))) >> 2u];
  if ((((dx_2) < (lip_8)) && ((dx_2) > (((0) - (lip_8)))))) {
    var ny_9: i32 = clamp_(((((((up_3) - (height_7))) * (8192))) / (max(60, mul_(lip_8, 1300)))), i32(-16000), 16000);
    var nx_10: i32 = ((((dx_2) * (8192))) / (max(1, lip_8)));
    var far_11: i32 = ((mul_(nx_10, nx_10)) + (mul_(ny_9, ny_9)));
    if (((far_11) < (8192))) {
      if (((far_11) > (6500))) {
        paint0_(out_4, ((pot_1) + (32)));
        blend0_(out_4, 64, 2100);
      } else {
        paint0_(out_4, ((s_0) + (40)));
        blend0_(out_4, ((pot_1) + (32)), clamp_(((2600) - (mul_(((memory[(((s_0) + (4))) >> 2u]) * (nx_10)), 1900))), 500, 5000));
      }
      return ((0) == (0));
    }
  }
  var flat_12: i32 = ((((up_3) * (16384))) / (height_7));
  if (((flat_12) > (16384))) {
    return ((0) != (0));
  }
  var flatRadius_13: i32 = radiusAt_(profile_5, clamp_(flat_12, 0, 16383));
  if ((((dx_2) > (flatRadius_13)) || ((dx_2) < (((0) - (flatRadius_13)))))) {
    return ((0) != (0));
  }
  var bulge_14: i32 = memory[(((164) + (((clamp_(((max(((((dx_2) * (8192))) / (max(1, flatRadius_13))), ((0) - (((((dx_2) * (8192))) / (max(1, flatRadius_13))))))) >> u32(3)), 0, 1024)) << u32(2))))) >> 2u];
  var t_15: i32 = ((((((up_3) + (mul_(mul_(flatRadius_13, 1300), bulge_14)))) * (16384))) / (height_7));
  if (((t_15) < (0))) {
    return ((0) != (0));
  }
  var k_16: i32 = clamp_(t_15, 0, 16383);
  var radius_17: i32 = radiusAt_(profile_5, k_16);
  if (((((dx_2) > (radius_17)) || ((dx_2) < (((0) - (radius_17))))) || ((radius_17) <= (0)))) {
    return ((0) != (0));
  }
  var nx_18: i32 = ((((dx_2) * (8192))) / (radius_17));
  var nz_19: i32 = memory[(((164) + (((clamp_(((max(nx_18, ((0) - (nx_18)))) >> u32(3)), 0, 1024)) << u32(2))))) >> 2u];
  var slope_20: i32 = clamp_(((((((((memory[(((((profileAt_6) + (((((k_16) >> u32(8))) << u32(2))))) + (4))) >> 2u]) - (memory[(((profileAt_6) + (((((k_16) >> u32(8))) << u32(2))))) >> 2u]))) * (16))) * (8192))) / (height_7)), i32(-8192), 8192);
  glazePot6_(s_0, pot_1, nx_18, nz_19, slope_20, ((k_16) >> u32(1)), out_4);
  return ((0) == (0));
}

fn fractal_(x_0: i32, y_1: i32, seed_2: i32, octaves_3: i32) -> i32 {
  var sum_4: i32 = 0;
  var px_5: i32 = x_0;
  var py_6: i32 = y_1;
  {
    var k_7: i32 = 0;
    loop {
      if (!(((k_7) < (octaves_3)))) { break; }
      sum_4 = ((sum_4) + (((noise_(px_5, py_6, ((seed_2) + (((k_7) * (17)))))) >> u32(k_7))));
      px_5 = ((((px_5) << u32(1))) + (1237));
      py_6 = ((((py_6) << u32(1))) - (911));
      continuing {
        k_7 = ((k_7) + (1));
      }
    }
  }
  return sum_4;
}

fn castShadow5_(s_0: i32, dx_1: i32, dy_2: i32, foot_3: i32, height_4: i32, out_5: ptr<function, array<i32, 3>>) {
  var ey_6: i32 = ((((dy_2) * (8192))) / (((((foot_3) * (5))) >> u32(3))));
  if ((((ey_6) >= (8192)) || ((ey_6) <= (i32(-8192))))) {
    return;
  }
  var ex_7: i32 = ((((dx_1) * (8192))) / (select(foot_3, ((foot_3) + (((height_4) >> u32(2)))), ((((memory[(((s_0) + (4))) >> 2u]) * (dx_1))) < (0)))));
  if ((((ex_7) >= (8192)) || ((ex_7) <= (i32(-8192))))) {
    return;
  }
  var far_8: i32 = ((mul_(ex_7, ex_7)) + (mul_(ey_6, ey_6)));
  if (((far_8) >= (8192))) {
    return;
  }
  var k_9: i32 = ((8192) - (far_8));
  blend0_(out_5, ((s_0) + (40)), mul_(mul_(k_9, k_9), 4700));
}

fn paintRoom3_(s_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var lattice_4: i32 = memory[(s_0) >> 2u];
  var hand_5: i32 = memory[(((s_0) + (4))) >> 2u];
  var table_6: i32 = memory[(((s_0) + (8))) >> 2u];
  var pots_7: i32 = ((s_0) + (16));
  var potsAt_8: i32 = memory[(pots_7) >> 2u];
  var fruits_9: i32 = ((s_0) + (24));
  var fruitsAt_10: i32 = memory[(fruits_9) >> 2u];
  var edge_11: i32 = select(((table_6) + (((noise_(x_1, 0, lattice_4)) >> u32(7)))), table_6, ((y_2) < (((table_6) - (216)))));
  var onTable_12: i32 = step_(((edge_11) - (26)), ((edge_11) + (26)), y_2);
  paint0_(out_3, ((s_0) + (48)));
  blend0_(out_3, ((s_0) + (56)), mul_(clamp_(((3600) + (((((((hand_5) * (x_1))) + (y_2))) >> u32(1)))), 0, 8192), 2600));
  if (((onTable_12) > (0))) {
    blend0_(out_3, ((s_0) + (64)), onTable_12);
    blend0_(out_3, ((s_0) + (72)), mul_(onTable_12, clamp_(((((y_2) - (edge_11))) >> u32(2)), 0, 1700)));
  }
  var brush_13: i32 = ((noise_(((x_1) * (5)), ((y_2) * (17)), ((lattice_4) + (71)))) + (((noise_(((x_1) * (30)), ((y_2) * (9)), ((lattice_4) + (72)))) >> u32(1))));
  (*out_3)[0] = (((((*out_3)[0]) + (((fractal_(((x_1) << u32(1)), ((y_2) << u32(1)), ((lattice_4) + (70)), 3)) >> u32(7))))) + (((brush_13) >> u32(8))));
  if (((y_2) <= (((edge_11) - (120))))) {
    return;
  }
  {
    var i_14: i32 = 0;
    loop {
      if (!(((i_14) < (memory[(((pots_7) + (4))) >> 2u])))) { break; }
      var pot_15: i32 = ((potsAt_8) + (((i_14) * (48))));
      castShadow5_(s_0, ((((x_1) - (memory[(((pot_15) + (12))) >> 2u]))) + (mul_(memory[(((pot_15) + (8))) >> 2u], ((hand_5) * (1250))))), ((y_2) - (memory[(((pot_15) + (16))) >> 2u])), ((memory[(((memory[(pot_15) >> 2u]) + (24))) >> 2u]) + (380)), memory[(((pot_15) + (8))) >> 2u], out_3);
      continuing {
        i_14 = ((i_14) + (1));
      }
    }
  }
  {
    var i_16: i32 = 0;
    loop {
      if (!(((i_16) < (memory[(((fruits_9) + (4))) >> 2u])))) { break; }
      var fruit_17: i32 = ((fruitsAt_10) + (((i_16) * (20))));
      castShadow5_(s_0, ((((x_1) - (memory[(fruit_17) >> 2u]))) + (((hand_5) * (((memory[(((fruit_17) + (8))) >> 2u]) >> u32(1)))))), ((y_2) - (memory[(((fruit_17) + (4))) >> 2u])), memory[(((fruit_17) + (8))) >> 2u], ((memory[(((fruit_17) + (8))) >> 2u]) * (2)), out_3);
      continuing {
        i_16 = ((i_16) + (1));
      }
    }
  }
}

fn shadeVessel3_(s_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var pots_4: i32 = ((s_0) + (16));
  var potsAt_5: i32 = memory[(pots_4) >> 2u];
  var fruits_6: i32 = ((s_0) + (24));
  var fruitsAt_7: i32 = memory[(fruits_6) >> 2u];
  {
    var i_8: i32 = ((memory[(((fruits_6) + (4))) >> 2u]) - (1));
    loop {
      if (!(((i_8) >= (0)))) { break; }
      if (paintFruit4_(s_0, ((fruitsAt_7) + (((i_8) * (20)))), x_1, y_2, out_3)) {
        return;
      }
      continuing {
        i_8 = ((i_8) - (1));
      }
    }
  }
  {
    var i_9: i32 = ((memory[(((pots_4) + (4))) >> 2u]) - (1));
    loop {
      if (!(((i_9) >= (0)))) { break; }
      var pot_10: i32 = ((potsAt_5) + (((i_9) * (48))));
      var up_11: i32 = ((memory[(((pot_10) + (16))) >> 2u]) - (y_2));
      if ((((up_11) <= (((memory[(((pot_10) + (8))) >> 2u]) + (1200)))) && ((up_11) >= (i32(-900))))) {
        if (paintPot4_(s_0, pot_10, ((x_1) - (memory[(((pot_10) + (12))) >> 2u])), up_11, out_3)) {
          return;
        }
      }
      continuing {
        i_9 = ((i_9) - (1));
      }
    }
  }
  paintRoom3_(s_0, x_1, y_2, out_3);
}

fn surroundVessel3_(_s_0: i32, _x_1: i32, _y_2: i32, _out_3: ptr<function, array<i32, 3>>) {
}

fn cube_(c_0: i32) -> i32 {
  return ((((((((c_0) * (c_0))) >> u32(10))) * (c_0))) >> u32(12));
}

fn toLinear0_(out_0: ptr<function, array<i32, 3>>) {
  var L_1: i32 = ((clamp_((*out_0)[0], 0, 4096)) << u32(12));
  var a_2: i32 = clamp_((*out_0)[1], i32(-1400), 1400);
  var b_3: i32 = clamp_((*out_0)[2], i32(-1400), 1400);
  var l_4: i32 = cube_(((((((L_1) + (((1623) * (a_2))))) + (((884) * (b_3))))) >> u32(12)));
  var m_5: i32 = cube_(((((((L_1) - (((432) * (a_2))))) - (((262) * (b_3))))) >> u32(12)));
  var s_6: i32 = cube_(((((((L_1) - (((366) * (a_2))))) - (((5290) * (b_3))))) >> u32(12)));
  (*out_0)[0] = clamp_(((((((((16698) * (l_4))) - (((13549) * (m_5))))) + (((946) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[1] = clamp_(((((((((i32(-5196)) * (l_4))) + (((10690) * (m_5))))) - (((1399) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[2] = clamp_(((((((((i32(-17)) * (l_4))) - (((2881) * (m_5))))) + (((6995) * (s_6))))) >> u32(12)), 0, 16384);
}

fn sampleLight_(canvas_0: i32, X_1: i32, Y_2: i32, grain_3: i32, out_4: ptr<function, array<i32, 3>>) {
  var plate_5: i32 = canvas_0;
  var scale_6: i32 = memory[(((canvas_0) + (12))) >> 2u];
  var finish_7: i32 = ((canvas_0) + (28));
  var x_8: i32 = ((((X_1) * (scale_6))) >> u32(14));
  var y_9: i32 = ((((Y_2) * (scale_6))) >> u32(14));
  if (onPlate_(plate_5, x_8, y_9)) {
    shadeVessel3_(finish_7, x_8, y_9, out_4);
    if (((memory[(((canvas_0) + (24))) >> 2u]) != (0))) {
      (*out_4)[0] = clamp_((*out_4)[0], 0, 16384);
      (*out_4)[1] = clamp_((*out_4)[1], 0, 16384);
      (*out_4)[2] = clamp_((*out_4)[2], 0, 16384);
      return;
    }
    (*out_4)[0] = (((*out_4)[0]) + (grain_3));
  } else {
    paint0_(out_4, ((canvas_0) + (16)));
    (*out_4)[0] = (((((*out_4)[0]) + (((grain_3) >> u32(1))))) + (((noise_(X_1, Y_2, 3)) >> u32(9))));
    surroundVessel3_(finish_7, x_8, y_9, out_4);
  }
  toLinear0_(out_4);
}
`;
